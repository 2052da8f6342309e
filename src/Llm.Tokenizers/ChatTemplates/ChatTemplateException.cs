namespace Llm.Tokenizers;

/// <summary>A chat template could not be parsed or rendered. The message says where and why.</summary>
public sealed class ChatTemplateException : Exception
{
    internal ChatTemplateException(ChatTemplateErrorKind kind, string message, int line, int column, Exception? innerException = null)
        : base(Describe(kind, message, line, column), innerException) => (Kind, Line, Column) = (kind, line, column);

    /// <summary>What kind of failure it is.</summary>
    public ChatTemplateErrorKind Kind { get; }

    /// <summary>The line of the template, counted from 1; 0 where the failure belongs to no place in it.</summary>
    public int Line { get; }

    /// <summary>The column of the template in UTF-16 units, counted from 1; 0 where the failure belongs to no place in it.</summary>
    public int Column { get; }

    // What a template raises is written for the reader already.
    private static string Describe(ChatTemplateErrorKind kind, string message, int line, int column) =>
        kind == ChatTemplateErrorKind.Raised || line == 0 ? message : $"Chat template, line {line}, column {column}: {message}";
}
