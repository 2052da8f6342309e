namespace Llm.Tokenizers;

/// <summary>What became of the documents that a <see cref="CorpusCleaner"/> has read.</summary>
/// <param name="Read">Documents read.</param>
/// <param name="Kept">Documents that were kept.</param>
/// <param name="TooShort">Documents with too few words.</param>
/// <param name="TooLong">Documents with too many words.</param>
/// <param name="Duplicates">Documents that an earlier one made superfluous.</param>
public readonly record struct CorpusCleaningProgress(long Read, long Kept, long TooShort, long TooLong, long Duplicates);
