using Llm.Models;

namespace Llm.Sampling;

/// <summary>What is checked before a model computes anything.</summary>
internal static class InferenceModel
{
    /// <exception cref="InvalidOperationException">The model is in training mode.</exception>
    public static void ThrowIfTraining(CausalLM model)
    {
        if (model.training)
            throw new InvalidOperationException("The model is in training mode, where dropout spoils its text. Call model.eval() first.");
    }

    /// <exception cref="ArgumentException">An id is not in the model's vocabulary.</exception>
    public static void CheckIds(CausalLM model, IReadOnlyList<int> ids)
    {
        var size = model.Config.VocabSize;
        for (var i = 0; i < ids.Count; i++)
        {
            if (ids[i] < 0 || ids[i] >= size)
            {
                throw new ArgumentException(
                    $"Token id {ids[i]} at index {i} is not in the vocabulary of {size} (0 to {size - 1}). "
                    + "Use the tokenizer that belongs to the model.",
                    nameof(ids));
            }
        }
    }
}
