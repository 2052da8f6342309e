namespace Llm.Fuzz;

/// <summary>Something that reads what strangers wrote.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Seeds">Good inputs, which are mutated.</param>
/// <param name="Run">Reads an input and uses what was read. Any exception but the expected ones is a finding.</param>
/// <param name="IsExpected">Whether an exception is a refusal in plain words.</param>
internal sealed record FuzzTarget(string Name, Func<IEnumerable<byte[]>> Seeds, Action<byte[]> Run, Func<Exception, bool> IsExpected);
