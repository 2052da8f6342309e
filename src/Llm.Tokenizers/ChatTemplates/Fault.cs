namespace Llm.Tokenizers.ChatTemplates;

/// <summary>What went wrong inside the engine; <see cref="ChatTemplate"/> adds the place where it did not come along.</summary>
internal sealed class Fault(ChatTemplateErrorKind kind, string message, Position? position = null) : Exception(message)
{
    public ChatTemplateErrorKind Kind { get; } = kind;

    public Position? Position { get; } = position;

    public static Fault Syntax(string message, Position position) => new(ChatTemplateErrorKind.Syntax, message, position);

    public static Fault Undefined(string message) => new(ChatTemplateErrorKind.Undefined, message);

    public static Fault Template(string message) => new(ChatTemplateErrorKind.Template, message);

    public static Fault Operation(string message) => new(ChatTemplateErrorKind.Operation, message);

    /// <summary>An operation's complaint about a value; an undefined one knows better what is wrong with it.</summary>
    public static Fault WrongValue(Value value, string message) => value is Undefined undefined ? undefined.ToFault() : Operation(message);

    public static Fault Limit(string message) => new(ChatTemplateErrorKind.Limit, message);

    public ChatTemplateException At(Position position)
    {
        var (line, column) = Position ?? position;
        return new ChatTemplateException(Kind, Message, line, column);
    }
}
