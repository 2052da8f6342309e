namespace Llm.Tokenizers.ChatTemplates;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    Data,
    PrintBegin,
    PrintEnd,
    BlockBegin,
    BlockEnd,
    Name,
    Text,
    Number,
    Operator,
    End,
}

/// <summary>A piece of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Content">How it is written; of data, what is left of it.</param>
/// <param name="Position">Where it starts.</param>
/// <param name="Value">The value of a text or number.</param>
internal sealed record Token(TokenKind Kind, string Content, Position Position, Value? Value = null)
{
    public bool IsName(string name) => Kind == TokenKind.Name && Content == name;

    public bool IsOperator(string symbol) => Kind == TokenKind.Operator && Content == symbol;

    public string Describe() => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.Data => "text",
        _ => $"'{Content}'",
    };
}
