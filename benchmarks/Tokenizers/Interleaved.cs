using System.Diagnostics;

namespace Llm.Benchmarks;

/// <summary>Times several ways to do one thing in turn, round by round, so that a noisy machine is noisy for all of them.</summary>
internal static class Interleaved
{
    /// <summary>The median milliseconds of each.</summary>
    /// <param name="rounds">How often each is timed.</param>
    /// <param name="prepare">What each needs before it is timed, anew in each round.</param>
    public static double[] Medians(int rounds, params Func<Action>[] prepare)
    {
        var times = prepare.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round <= rounds; round++)
        {
            for (var i = 0; i < prepare.Length; i++)
            {
                var run = prepare[i]();
                GC.Collect();
                var watch = Stopwatch.StartNew();
                run();
                if (round > 0) // the first compiles
                    times[i].Add(watch.Elapsed.TotalMilliseconds);
            }
        }
        return [.. times.Select(Median)];
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
