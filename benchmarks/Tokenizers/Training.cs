using System.Text;
using Llm.Tokenizers;

namespace Llm.Benchmarks;

/// <summary>How long a vocabulary of 32,000 tokens takes to learn, and whether time grows with the text.</summary>
internal static class Training
{
    private const int Rounds = 5;

    /// <summary>Prints the times for the texts of some files, the whole and its first half.</summary>
    public static void Measure(string[] paths)
    {
        var text = string.Concat(paths.Select(File.ReadAllText));
        var half = text[..(text.Length / 2)];
        var megabytes = Encoding.UTF8.GetByteCount(text) / 1e6;
        var medians = Interleaved.Medians(
            Rounds, () => () => Train(text, threads: 1), () => () => Train(half, threads: 1), () => () => Train(text, threads: 2));
        Console.WriteLine(
            $"{megabytes:F1} MB, 32,000 tokens: {medians[0]:F0} ms on one thread ({megabytes / medians[0] * 1000:F1} MB/s), "
            + $"{medians[1]:F0} ms for the first half, {medians[2]:F0} ms on two threads; medians of {Rounds}.");
    }

    private static void Train(string text, int threads)
    {
        var options = new BpeTrainerOptions { VocabSize = 32_000, Pattern = SplitPattern.Cl100k, Threads = threads };
        new BpeTrainer(options).Train([text]);
    }
}
