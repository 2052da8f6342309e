namespace Llm.Tokenizers;

/// <summary>
/// Whose vocabulary a <see cref="BpeTrainer"/> learns: the order of ids, and which of two equally frequent pairs is merged first.
/// </summary>
public enum BpeTrainingRule
{
    /// <summary>
    /// Hugging Face's: special tokens, then the bytes in the order of their symbols, then merges; ties go to the pair with the smaller ids.
    /// </summary>
    HuggingFace,

    /// <summary>rustbpe's (nanochat): bytes in order, then merges, then special tokens; ties go to the pair with the smaller ids.</summary>
    RustBpe,

    /// <summary>minbpe's: ids as in <see cref="RustBpe"/>; ties go to the pair that comes first in the text.</summary>
    Minbpe,
}
