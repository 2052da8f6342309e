namespace Llm.Tokenizers;

/// <summary>Which single bytes are tokens of a vocabulary that a <see cref="BpeTrainer"/> learns.</summary>
public enum ByteAlphabet
{
    /// <summary>All 256, so that every text has ids and comes back from them unchanged.</summary>
    All,

    /// <summary>
    /// Those that the training text has, as Hugging Face's trainer does without an initial alphabet. Other bytes vanish in encoding.
    /// </summary>
    Seen,
}
