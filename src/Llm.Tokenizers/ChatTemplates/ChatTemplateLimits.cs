namespace Llm.Tokenizers;

/// <summary>
/// What a chat template may use up while it is parsed and rendered. Templates come with models and are programs: these limits end one that
/// loops, recurses or fills the memory. The defaults are far beyond what published templates need.
/// </summary>
public sealed class ChatTemplateLimits
{
    /// <summary>Longest template, in UTF-16 units. The default is 1,048,576.</summary>
    public int MaxTemplateLength { get; set; } = 1 << 20;

    /// <summary>Most evaluations, loop rounds and list items gone through in one rendering. The default is 10,000,000.</summary>
    public long MaxSteps { get; set; } = 10_000_000;

    /// <summary>
    /// Most bytes of text, lists and dictionaries made in one rendering, the given messages included. The default is 268,435,456.
    /// </summary>
    public long MaxMemory { get; set; } = 256L << 20;

    /// <summary>Longest text that may come out, in UTF-16 units. The default is 33,554,432.</summary>
    public int MaxOutputLength { get; set; } = 32 << 20;

    /// <summary>
    /// Most evaluations, or values, inside one another; a macro that calls itself takes about seven a call. The default is 1,000.
    /// </summary>
    public int MaxDepth { get; set; } = 1000;

    /// <summary>Longest time of one rendering. The default is 10 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Checks the limits.</summary>
    /// <exception cref="ArgumentException">A limit is not positive.</exception>
    public void Validate()
    {
        Require(MaxTemplateLength, nameof(MaxTemplateLength));
        Require(MaxSteps, nameof(MaxSteps));
        Require(MaxMemory, nameof(MaxMemory));
        Require(MaxOutputLength, nameof(MaxOutputLength));
        Require(MaxDepth, nameof(MaxDepth));
        Require(Timeout.Ticks, nameof(Timeout));
    }

    internal ChatTemplateLimits Copy() => (ChatTemplateLimits)MemberwiseClone();

    private static void Require(long value, string name)
    {
        if (value <= 0)
            throw new ArgumentException($"{name} must be greater than 0.");
    }
}
