namespace Llm.Tokenizers;

/// <summary>How far a <see cref="BpeTrainer"/> is: first it reads, then it learns.</summary>
/// <param name="BytesRead">Bytes of text counted so far.</param>
/// <param name="MergesLearned">Merges learned so far; 0 while texts are being read.</param>
/// <param name="MergesWanted">Merges that the vocabulary has room for.</param>
public readonly record struct BpeTrainingProgress(long BytesRead, int MergesLearned, int MergesWanted);
