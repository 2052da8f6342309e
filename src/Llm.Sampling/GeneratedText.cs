using System.Collections.Frozen;
using System.Text;
using Llm.Tokenizers;
using Microsoft.ML.Tokenizers;

namespace Llm.Sampling;

/// <summary>Turns the tokens of one generation into text: whole characters, without special tokens, up to a stop string.</summary>
internal sealed class GeneratedText
{
    private const int LongestCharacter = 4; // bytes

    private readonly Tokenizer _tokenizer;
    private readonly StreamingDecoder _decoder;
    private readonly FrozenSet<int> _hidden;
    private readonly StopStringMatcher? _stop;
    private readonly bool _trims;
    private readonly Queue<(char Character, bool IsVisible)> _held = new(); // may become a stop string
    private readonly StringBuilder _piece = new();

    /// <summary>Starts a text.</summary>
    /// <param name="tokenizer">The tokenizer of the ids.</param>
    /// <param name="hidden">Ids that are left out of the text; a stop string can hold them all the same.</param>
    /// <param name="options">Stop strings, and whether they are cut off.</param>
    /// <param name="prompt">The prompt: a character or a stop string may begin in it, but must reach into the new text.</param>
    public GeneratedText(Tokenizer tokenizer, FrozenSet<int> hidden, GenerationOptions options, IReadOnlyList<int> prompt)
    {
        (_tokenizer, _hidden, _decoder) = (tokenizer, hidden, new StreamingDecoder(tokenizer));
        _trims = options.TrimStopStrings ?? false;
        _stop = options.StopStrings is { Count: > 0 } strings ? new StopStringMatcher(strings) : null;
        // Each token is a byte at least, so no more tokens than this can matter.
        var tail = LongestCharacter + (options.StopStrings ?? []).Max(text => (int?)Encoding.UTF8.GetByteCount(text)).GetValueOrDefault();
        foreach (var id in prompt.Skip(prompt.Count - tail))
        {
            foreach (var character in Decode(id, !hidden.Contains(id)))
                _stop?.Append(character);
        }
    }

    /// <summary>Whether a stop string was found.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>The text that a token completes; empty while it may still become something else.</summary>
    public string Append(int id)
    {
        var isVisible = !_hidden.Contains(id);
        var text = Decode(id, isVisible);
        if (_stop is null)
            return isVisible ? text : "";
        _piece.Clear();
        Hold(text, isVisible);
        Release(_trims && !HasStopped ? _stop.Pending : 0);
        return _piece.ToString();
    }

    /// <summary>Ends the text: what was held back.</summary>
    public string Flush()
    {
        if (_trims && HasStopped)
            return "";
        _piece.Clear();
        Release(0);
        return _piece.Append(_decoder.Flush()).ToString();
    }

    private string Decode(int id, bool isVisible) => isVisible ? _decoder.Append(id) : _tokenizer.Decode([id]) ?? "";

    private void Hold(string text, bool isVisible)
    {
        foreach (var character in text)
        {
            _held.Enqueue((character, isVisible));
            if (_stop!.Append(character) is not (> 0 and var found) || HasStopped)
                continue;
            HasStopped = true;
            if (!_trims)
                continue;
            CutOff(found);
            return;
        }
    }

    private void CutOff(int count)
    {
        var kept = _held.SkipLast(count).ToArray();
        _held.Clear();
        foreach (var character in kept)
            _held.Enqueue(character);
    }

    private void Release(int remaining)
    {
        while (_held.Count > remaining)
        {
            if (_held.Dequeue() is (var character, true))
                _piece.Append(character);
        }
    }
}
