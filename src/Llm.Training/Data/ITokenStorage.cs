namespace Llm.Training;

/// <summary>Where ids lie.</summary>
internal interface ITokenStorage : IDisposable
{
    long Length { get; }

    /// <summary>Reads ids that are known to be there.</summary>
    void Read(long start, Span<long> ids);
}

/// <summary>Ids in managed memory.</summary>
internal sealed class ManagedTokens(int[] ids) : ITokenStorage
{
    public long Length => ids.Length;

    public void Read(long start, Span<long> destination)
    {
        var source = ids.AsSpan((int)start, destination.Length);
        for (var i = 0; i < source.Length; i++)
            destination[i] = source[i];
    }

    public void Dispose()
    {
    }
}
