namespace Llm.Tokenizers;

/// <summary>A chat as token ids.</summary>
/// <param name="Ids">The ids of the text.</param>
/// <param name="AssistantMask">One for each id: whether it holds something that the assistant wrote, to train on.</param>
public sealed record ChatEncoding(IReadOnlyList<int> Ids, IReadOnlyList<bool> AssistantMask);
