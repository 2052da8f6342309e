namespace Llm.Models;

/// <summary>What became of each tensor of a checkpoint, and of each parameter of the model.</summary>
/// <param name="Entries">One entry a tensor or missing parameter, in the order of the checkpoint.</param>
public sealed record LoadReport(IReadOnlyList<LoadReportEntry> Entries)
{
    /// <summary>Every parameter was assigned, and every tensor has its place or a reason to be left out.</summary>
    public bool IsComplete => this[LoadOutcome.Missing] == 0 && this[LoadOutcome.Unexpected] == 0;

    /// <summary>Entries with an outcome.</summary>
    public int this[LoadOutcome outcome] => Entries.Count(entry => entry.Outcome == outcome);

    /// <summary>One line, such as "148 tensors assigned, 1 tied, 12 ignored, 0 missing, 0 unexpected".</summary>
    public override string ToString() =>
        $"{this[LoadOutcome.Assigned]} tensors assigned, {this[LoadOutcome.Tied]} tied, {this[LoadOutcome.Ignored]} ignored, "
        + $"{this[LoadOutcome.Missing]} missing, {this[LoadOutcome.Unexpected]} unexpected";
}

/// <summary>What became of one tensor.</summary>
/// <param name="Name">Its name in the checkpoint; for a missing one, in the model.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Detail">The parameter it was assigned or tied to, or the reason why it was not.</param>
public sealed record LoadReportEntry(string Name, LoadOutcome Outcome, string Detail);

/// <summary>What became of a tensor.</summary>
public enum LoadOutcome
{
    /// <summary>Copied into a parameter.</summary>
    Assigned,

    /// <summary>A second name of a parameter that another tensor fills.</summary>
    Tied,

    /// <summary>Left out for a reason that is given.</summary>
    Ignored,

    /// <summary>The model has a parameter that the checkpoint lacks.</summary>
    Missing,

    /// <summary>The checkpoint has a tensor that the model does not know.</summary>
    Unexpected,
}
