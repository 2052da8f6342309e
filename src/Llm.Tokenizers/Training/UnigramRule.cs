namespace Llm.Tokenizers;

/// <summary>How a <see cref="UnigramLearner"/> learns.</summary>
/// <param name="PieceCount">Pieces to end up with, single characters included.</param>
internal sealed record UnigramRule(int PieceCount)
{
    public int MinFrequency { get; init; } = 2;

    public int MaxPieceLength { get; init; } = 16;

    public double ShrinkingFactor { get; init; } = 0.75;

    public int SubIterations { get; init; } = 2;

    public int SeedCount { get; init; } = 1_000_000;

    public int Threads { get; init; } = 1;
}
