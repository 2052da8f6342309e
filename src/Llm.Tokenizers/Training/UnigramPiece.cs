namespace Llm.Tokenizers;

/// <summary>A piece of a Unigram vocabulary that is being learned.</summary>
/// <param name="Start">Where it stands for the first time in the training words.</param>
/// <param name="Length">How many characters it has.</param>
/// <param name="Score">Logarithm of its probability.</param>
internal readonly record struct UnigramPiece(int Start, int Length, double Score);
