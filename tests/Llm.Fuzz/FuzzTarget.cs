namespace Llm.Fuzz;

/// <summary>Something that reads what strangers wrote.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Seeds">Good inputs, which are mutated.</param>
/// <param name="Run">Reads an input and uses what was read. Any exception but the expected ones is a finding.</param>
/// <param name="IsExpected">Whether an exception is a refusal in plain words.</param>
internal sealed record FuzzTarget(string Name, Func<IEnumerable<byte[]>> Seeds, Action<byte[]> Run, Func<Exception, bool> IsExpected)
{
    /// <summary>Pieces of its language, put into inputs now and then.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Allocating more than this for one input is a finding. The default is 4 GiB.</summary>
    public long MaxBytes { get; init; } = 4L << 30;
}
