namespace Llm.Tokenizers;

/// <summary>The text of a chat.</summary>
/// <param name="Text">The text, special tokens written out.</param>
/// <param name="Generations">
/// What the assistant wrote: the places in the text, in UTF-16 units, of the template's {% generation %} blocks.
/// </param>
public sealed record RenderedChat(string Text, IReadOnlyList<Range> Generations);
