namespace Llm.Tokenizers;

/// <summary>
/// A token that is found in the text before the model sees it: a special one such as &lt;|endoftext|&gt;, or a whole word.
/// </summary>
/// <param name="Content">How it is written.</param>
/// <param name="Id">Its id; it may lie behind the learned vocabulary.</param>
public sealed record AddedToken(string Content, int Id)
{
    /// <summary>
    /// Stands for no text: subject to <see cref="SpecialTokenPolicy"/> and left out by skipSpecialTokens. The default is true.
    /// </summary>
    public bool IsSpecial { get; init; } = true;

    /// <summary>Takes the white space on its left as well (lstrip).</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Takes the white space on its right as well (rstrip).</summary>
    public bool StripsRight { get; init; }

    /// <summary>Is found only where no letter, digit or underscore touches it (single_word).</summary>
    public bool IsSingleWord { get; init; }

    /// <summary>Is looked for after normalisation, and after the tokens that are not (normalized).</summary>
    public bool IsNormalized { get; init; }
}
