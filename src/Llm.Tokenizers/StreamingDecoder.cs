using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Llm.Tokenizers;

/// <summary>
/// Decodes ids one at a time and never splits a character: what no later id can change comes out at once, a broken byte becomes U+FFFD as
/// soon as it is known to be broken, and the pieces together are what decoding all ids at once gives. For one text, on one thread.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly List<int> _window = []; // of a tokenizer that is not ours: ids that came out last, then ids that wait
    private int _emitted; // ids of the window that came out
    private readonly TextSink _sink = new(); // of a pipeline: takes what its decoder is sure of
    private DecoderStage? _stage;
    private int _index;
    private bool _hasStarted;

    /// <summary>A decoder for one text.</summary>
    /// <param name="tokenizer">The tokenizer of the ids. Of one that is not an <see cref="LlmTokenizer"/>, broken bytes wait for the next
    /// whole character.</param>
    /// <param name="skipSpecialTokens">Leaves special tokens out.</param>
    /// <exception cref="ArgumentException">Special tokens are to be left out, but the tokenizer does not tell which they are.</exception>
    public StreamingDecoder(Tokenizer tokenizer, bool skipSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (skipSpecialTokens && tokenizer is not LlmTokenizer)
            throw new ArgumentException(
                $"{tokenizer.GetType().Name} does not tell which tokens are special. Use a tokenizer of this package.", nameof(tokenizer));
        (_tokenizer, _skipSpecialTokens) = (tokenizer, skipSpecialTokens);
        _stage = (tokenizer as PipelineTokenizer)?.StartText(_sink);
    }

    /// <summary>The text that an id completes; empty while bytes of a character are missing.</summary>
    /// <exception cref="ArgumentException">The id has no token.</exception>
    public string Append(int id)
    {
        if (_tokenizer is not LlmTokenizer tokenizer)
            return AppendToWindow(id);
        var index = _index++;
        if (_skipSpecialTokens && tokenizer.IsSpecial(id))
            return "";
        if (_stage is not null)
        {
            ((PipelineTokenizer)tokenizer).WriteToken(id, index, _stage);
            return _sink.Take();
        }
        using var utf8 = ByteBuffer.Rent();
        tokenizer.AppendUtf8(id, index, isFirst: !_hasStarted, utf8);
        _hasStarted = true;
        return Take(utf8.Written, isLast: false);
    }

    /// <summary>
    /// Ends the text: what is left of an incomplete character becomes U+FFFD. The decoder is then ready for another text.
    /// </summary>
    public string Flush()
    {
        var rest = _tokenizer switch
        {
            PipelineTokenizer pipeline => EndPipeline(pipeline),
            LlmTokenizer => Take([], isLast: true),
            _ => TakeFromWindow(_tokenizer.Decode(_window)),
        };
        (_index, _hasStarted, _emitted) = (0, false, 0);
        _window.Clear();
        return rest;
    }

    private string EndPipeline(PipelineTokenizer pipeline)
    {
        _stage!.End();
        _stage = pipeline.StartText(_sink);
        return _sink.Take();
    }

    private string Take(ReadOnlySpan<byte> bytes, bool isLast)
    {
        var count = _decoder.GetCharCount(bytes, isLast);
        Span<char> text = count <= 256 ? stackalloc char[count] : new char[count];
        return new string(text[.._decoder.GetChars(bytes, text, isLast)]);
    }

    // The ids that came out last are decoded again, because a tokenizer may treat the start of a text differently.
    private string AppendToWindow(int id)
    {
        _window.Add(id);
        var text = _tokenizer.Decode(_window);
        return text.EndsWith('\uFFFD') ? "" : TakeFromWindow(text);
    }

    private string TakeFromWindow(string text)
    {
        var known = _tokenizer.Decode(CollectionsMarshal.AsSpan(_window)[.._emitted].ToArray());
        if (text.Length <= known.Length)
            return "";
        _window.RemoveRange(0, _emitted);
        _emitted = _window.Count;
        return text[known.Length..];
    }
}
