using System.Globalization;

namespace Llm.Training;

/// <summary>The checkpoints of a run: last, best and the newest numbered ones.</summary>
internal sealed class CheckpointFolder(string root, Action<string> save)
{
    private const string NumberedPrefix = "step-";

    public string Best => Path.Combine(root, Checkpoint.BestName);

    public void SaveLast() => save(Path.Combine(root, Checkpoint.LastName));

    public void SaveBest() => save(Best);

    /// <summary>
    /// Saves last, and with <paramref name="keep"/> a numbered checkpoint as well; older ones go once the new one is whole.
    /// </summary>
    public void SaveNumbered(int step, int keep)
    {
        SaveLast();
        if (keep == 0)
            return;
        save(Path.Combine(root, NumberedPrefix + step.ToString("D8", CultureInfo.InvariantCulture)));
        foreach (var old in Directory.GetDirectories(root, NumberedPrefix + "*").OrderDescending(StringComparer.Ordinal).Skip(keep))
            AtomicFolder.Delete(old);
    }
}
