using ScottPlot;

namespace Llm.Samples;

/// <summary>Draws loss curves as a PNG.</summary>
internal static class LossPlot
{
    /// <summary>Training loss as a smoothed line over the raw one, validation loss as dots.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="title">Title.</param>
    /// <param name="training">Step and loss of every update.</param>
    /// <param name="validation">Step and loss of every evaluation.</param>
    public static void Save(
        string path, string title, IReadOnlyList<(int Step, double Loss)> training, IReadOnlyList<(int Step, double Loss)> validation)
    {
        using var plot = new Plot();
        var steps = training.Select(point => (double)point.Step).ToArray();
        var raw = plot.Add.ScatterLine(steps, [.. training.Select(point => point.Loss)]);
        raw.Color = Colors.SteelBlue.WithAlpha(0.25);
        var smooth = plot.Add.ScatterLine(steps, Smooth([.. training.Select(point => point.Loss)]));
        smooth.Color = Colors.SteelBlue;
        smooth.LineWidth = 2;
        smooth.LegendText = "training";
        var held = plot.Add.Scatter(
            validation.Select(point => (double)point.Step).ToArray(), validation.Select(point => point.Loss).ToArray());
        held.Color = Colors.DarkOrange;
        held.LineWidth = 2;
        held.LegendText = "validation";
        plot.Title(title);
        plot.XLabel("step");
        plot.YLabel("loss (nats per token)");
        plot.ShowLegend(Alignment.UpperRight);
        plot.SavePng(path, 900, 500);
    }

    // The mean of the steps around each one. An average of the past alone would lag behind a falling loss, and look worse than validation.
    private static double[] Smooth(double[] values)
    {
        var reach = values.Length / 50;
        return [.. values.Select((_, i) => values[Math.Max(0, i - reach)..Math.Min(values.Length, i + reach + 1)].Average())];
    }
}
