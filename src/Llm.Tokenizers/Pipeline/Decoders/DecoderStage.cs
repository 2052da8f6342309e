using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// A decoder at work on one text. It takes tokens from left to right, a token in one part or in several, and hands on at once what no later
/// token can change, so that the parts together are what decoding the whole text gives.
/// </summary>
internal abstract class DecoderStage
{
    /// <summary>Takes a part of a token.</summary>
    /// <param name="text">The part.</param>
    /// <param name="endsToken">The next part starts a new token.</param>
    public abstract void Write(string text, bool endsToken);

    /// <summary>Takes the end of the text; what was held back is handed on.</summary>
    public abstract void End();
}

/// <summary>A decoder that looks at whole tokens.</summary>
internal abstract class TokenStage(DecoderStage next) : DecoderStage
{
    private readonly StringBuilder _started = new();

    protected DecoderStage Next { get; } = next;

    public sealed override void Write(string text, bool endsToken)
    {
        if (!endsToken)
        {
            _started.Append(text);
            return;
        }
        var token = _started.Length == 0 ? text : _started.Append(text).ToString();
        _started.Clear();
        WriteToken(token);
    }

    public override void End() => Next.End();

    protected abstract void WriteToken(string token);
}

/// <summary>Puts a space between tokens: what happens where a tokenizer has no decoder.</summary>
internal sealed class SpacingStage(DecoderStage next) : DecoderStage
{
    private bool _needsSpace;

    public override void Write(string text, bool endsToken)
    {
        if (_needsSpace)
            next.Write(" ", endsToken: false);
        next.Write(text, endsToken);
        _needsSpace = endsToken;
    }

    public override void End() => next.End();
}

/// <summary>The end of the line: joins what it gets.</summary>
internal sealed class TextSink : DecoderStage
{
    private readonly StringBuilder _text = new();

    public override void Write(string text, bool endsToken) => _text.Append(text);

    public override void End()
    {
    }

    /// <summary>What came since the last call.</summary>
    public string Take()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }
}

/// <summary>The end of the line: keeps the tokens that it gets.</summary>
internal sealed class TokenSink : DecoderStage
{
    private readonly StringBuilder _token = new();

    public List<string> Tokens { get; } = [];

    public override void Write(string text, bool endsToken)
    {
        _token.Append(text);
        if (!endsToken)
            return;
        Tokens.Add(_token.ToString());
        _token.Clear();
    }

    public override void End()
    {
    }
}
