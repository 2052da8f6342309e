namespace Llm.Training;

/// <summary>
/// Batches by number. The same number gives the same batch, always, so that the position in the data is one number, and a run that
/// stops and resumes sees what a run that did not stop would have seen.
/// </summary>
public interface IBatchSource
{
    /// <summary>Batches in one pass over the data; null where there is no such thing.</summary>
    long? BatchesPerEpoch { get; }

    /// <summary>
    /// One line of text that differs where the batches differ. A checkpoint keeps it, so that a run cannot resume on other data by mistake.
    /// </summary>
    string Identity { get; }

    /// <summary>Makes a batch, on the CPU. The caller disposes it.</summary>
    /// <param name="number">Counted from 0; sources with an end start again after it.</param>
    Batch Get(long number);
}
