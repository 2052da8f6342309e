namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A place in a template, both numbers counted from 1.</summary>
internal readonly record struct Position(int Line, int Column);
