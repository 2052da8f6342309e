using System.Diagnostics;
using System.Globalization;
using Llm.Tokenizers;

namespace Llm.Benchmarks;

/// <summary>How long the first tokens of a new process take, the start of .NET itself not counted.</summary>
internal static class Startup
{
    private const int Rounds = 5;

    /// <summary>Prints the median of several new processes for each encoding.</summary>
    public static void Measure(string[] encodings)
    {
        foreach (var encoding in encodings)
        {
            var times = Enumerable.Range(0, Rounds).Select(_ => InNewProcess(encoding)).Order().ToArray();
            Console.WriteLine($"start of {encoding}: {times[Rounds / 2]:F0} ms");
        }
    }

    /// <summary>Prints the milliseconds that this process needs.</summary>
    public static void MeasureHere(string encoding)
    {
        var watch = Stopwatch.StartNew();
        ByteLevelBpeTokenizer.ForEncoding(encoding).Encode("Call me Ishmael.");
        Console.WriteLine(watch.Elapsed.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
    }

    private static double InNewProcess(string encoding)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["start", encoding]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        return double.Parse(process.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
    }
}
