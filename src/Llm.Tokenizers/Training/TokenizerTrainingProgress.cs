namespace Llm.Tokenizers;

/// <summary>How far the training of a tokenizer is: first it reads, then it learns.</summary>
/// <param name="BytesRead">Bytes of text counted so far.</param>
/// <param name="TokensLearned">
/// Tokens learned so far, beside special tokens and alphabet; 0 while texts are being read. A Unigram vocabulary starts with too many and
/// shrinks.
/// </param>
/// <param name="TokensWanted">
/// Tokens that the vocabulary has room for, beside special tokens and alphabet; 0 while texts are being read.
/// </param>
public readonly record struct TokenizerTrainingProgress(long BytesRead, int TokensLearned, int TokensWanted);
