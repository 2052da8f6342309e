namespace Llm.Tokenizers;

/// <summary>Which pairs are merged.</summary>
/// <param name="MinFrequency">Pairs that occur less often are not.</param>
/// <param name="MaxLength">Longest token, in symbols.</param>
/// <param name="TiesByPlace">
/// Of equally frequent pairs the one that comes first in the text is merged first, rather than the one of the smaller ids.
/// </param>
internal readonly record struct MergeRule(int MinFrequency, int MaxLength = int.MaxValue, bool TiesByPlace = false);
