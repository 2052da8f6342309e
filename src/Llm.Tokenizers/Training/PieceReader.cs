using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Llm.Tokenizers;

/// <summary>
/// Cuts texts and streams by a pattern and counts the pieces; a stream is read block by block, and needs memory for its different pieces
/// only.
/// </summary>
internal sealed class PieceReader : TextCounter
{
    private const int BlockLength = 1 << 20;
    private const int CharsAtOnce = 1 << 18;

    // Nobody knows how far a pattern of the user's own looks, so a text is cut for it only where memory would not suffice.
    private const int LongestUncut = 1 << 24;

    private readonly SplitPattern _pattern;
    private readonly bool _findsCuts;
    private readonly int _longestUncut;
    private readonly BlockCounter<Utf8Block> _counter;
    private Utf8Block _block = new(BlockLength);
    private int _fullAt = BlockLength;

    /// <param name="pattern">How texts are cut.</param>
    /// <param name="threads">Threads, the caller's included.</param>
    /// <param name="longestUncut">Bytes after which a text is cut at a line end, where the pattern is not a well-known one.</param>
    public PieceReader(SplitPattern pattern, int threads, int longestUncut = LongestUncut)
    {
        (_pattern, _longestUncut) = (pattern, longestUncut);
        _findsCuts = threads > 1 && pattern.CutsBetweenWords;
        _counter = new BlockCounter<Utf8Block>(threads, CountPieces);
    }

    public override void Add(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            var length = Math.Min(rest.Length, CharsAtOnce);
            if (length < rest.Length && char.IsHighSurrogate(rest[length - 1]))
                length--;
            BytesRead += _block.Append(rest[..length]);
            rest = rest[length..];
            HandOnIfFull();
        }
        EndText();
    }

    public override IEnumerable<long> Add(Stream utf8)
    {
        var bytes = new byte[BlockLength];
        var (kept, isFirst, read) = (0, true, 0);
        do
        {
            read = utf8.ReadAtLeast(bytes.AsSpan(kept), bytes.Length - kept, throwOnEndOfStream: false);
            BytesRead += read;
            var (start, end) = (isFirst && bytes.AsSpan(0, kept + read).StartsWith(Encoding.UTF8.Preamble) ? 3 : 0, kept + read);
            var isLast = end < bytes.Length;
            kept = isLast ? 0 : LengthOfCutCharacter(bytes.AsSpan(start, end - start));
            isFirst = false;
            AppendSanitized(bytes.AsSpan(start, end - kept - start));
            bytes.AsSpan(end - kept, kept).CopyTo(bytes);
            HandOnIfFull();
            yield return BytesRead;
            if (isLast)
                break;
        }
        while (true);
        EndText();
    }

    public override PieceCounts Finish()
    {
        _counter.Add(_block);
        _block = new Utf8Block(0);
        return _counter.Finish();
    }

    public override void Dispose() => _counter.Dispose();

    private void AppendSanitized(ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8))
            _block.Append(utf8);
        else
            _block.Append(Encoding.UTF8.GetString(utf8));
    }

    // How many bytes at the end begin a character that the next block may complete.
    private static int LengthOfCutCharacter(ReadOnlySpan<byte> utf8)
    {
        for (var length = 1; length <= Math.Min(3, utf8.Length); length++)
        {
            if (Rune.DecodeFromUtf8(utf8[^length..], out _, out _) == System.Buffers.OperationStatus.NeedMoreData)
                return length;
        }
        return 0;
    }

    private void EndText()
    {
        _block.EndText();
        HandOnIfFull();
    }

    private void HandOnIfFull()
    {
        if (_block.Used < _fullAt)
            return;
        var isKnown = _pattern.Lookahead < int.MaxValue;
        do
            HandOn();
        while (!isKnown && _block.Used >= _longestUncut);
        if (isKnown && _block.Used >= BlockLength)
            CountHere();
        _fullAt = Math.Max(BlockLength, 2 * _block.Used); // so that a piece of any length costs linear time
    }

    private void HandOn()
    {
        var (start, end) = _block.OpenText;
        var rest = _block.TakeFrom(start + FindCut(_block.Bytes.AsSpan(start, end - start)), BlockLength);
        _block.EndText();
        if (_block.Texts.Count > 0)
            _counter.Add(_block);
        else
            _block.Free();
        _block = rest;
    }

    private int FindCut(ReadOnlySpan<byte> open)
    {
        if (_pattern.Lookahead == int.MaxValue)
            return open.Length < _longestUncut ? 0 : FindEnd(open[.._longestUncut]);
        return _findsCuts ? FindEndOfWord(open) : 0;
    }

    // Where no cut can be seen from outside, only the pattern itself finds one, from the start of the text on.
    private unsafe void CountHere()
    {
        _block.PadEnd();
        var utf8 = _block.Bytes.AsSpan(0, _block.Used);
        var certain = utf8.Length - Math.Max(_pattern.Lookahead, LengthOfSpacesAtEnd(utf8));
        int done;
        fixed (byte* text = utf8)
            done = Count(text, text + utf8.Length, certain, _counter.CountHere());
        var rest = _block.TakeFrom(done, BlockLength);
        _block.Free();
        _block = rest;
    }

    private unsafe void CountPieces(Utf8Block block, PieceCounter counts)
    {
        fixed (byte* bytes = block.Bytes)
        {
            foreach (var (start, end) in block.Texts)
                Count(bytes + start, bytes + end, end - start, counts);
        }
        block.Free();
    }

    // Counts the pieces that end at or before a place, and returns where the last of them ends.
    [SkipLocalsInit]
    private unsafe int Count(byte* text, byte* end, int certain, PieceCounter counts)
    {
        Span<int> lengths = stackalloc int[256];
        var next = text;
        while (next < text + certain)
        {
            var found = lengths[.._pattern.Split(text, next, end, lengths)];
            var known = CountWithin(found, (int)(text + certain - next));
            next = counts.Add(next, found[..known]);
            if (known < found.Length)
                break;
        }
        return (int)(next - text);
    }

    // How many of the pieces, from the first on, are together no longer than that.
    private static int CountWithin(ReadOnlySpan<int> lengths, int limit)
    {
        for (var i = 0; i < lengths.Length; i++)
        {
            limit -= lengths[i];
            if (limit < 0)
                return i;
        }
        return lengths.Length;
    }

    // Between a letter and a space or line end that a letter follows, every pattern cuts, whatever stands around.
    private unsafe int FindEndOfWord(ReadOnlySpan<byte> utf8)
    {
        fixed (byte* text = utf8)
        {
            for (var place = utf8.Length - _pattern.Lookahead; place > 0; place--)
            {
                if (text[place] is (byte)' ' or (byte)'\n'
                    && IsLetter(text + place + 1)
                    && IsLetter(FindCharacterBefore(text + place, text)))
                    return place;
            }
        }
        return 0;
    }

    // Of a line if there is one, else of a word, else of a character.
    private static int FindEnd(ReadOnlySpan<byte> utf8)
    {
        if (utf8.LastIndexOf((byte)'\n') is >= 0 and var line)
            return line + 1;
        if (utf8.LastIndexOf((byte)' ') is > 0 and var space)
            return space;
        var end = utf8.Length - 1;
        while (end > 0 && (utf8[end] & 0xC0) == 0x80)
            end--;
        return end;
    }

    private static unsafe bool IsLetter(byte* character) => (UnicodeClasses.Read(character, out _) & UnicodeClasses.Letter) != 0;

    private static unsafe byte* FindCharacterBefore(byte* place, byte* start)
    {
        do
            place--;
        while (place > start && (*place & 0xC0) == 0x80);
        return place;
    }

    // A run of spaces that reaches the end may go on, and where it is cut depends on what follows it.
    private static unsafe int LengthOfSpacesAtEnd(ReadOnlySpan<byte> utf8)
    {
        fixed (byte* text = utf8)
        {
            var place = text + utf8.Length;
            while (place > text)
            {
                var before = FindCharacterBefore(place, text);
                if ((UnicodeClasses.Read(before, out _) & UnicodeClasses.Space) == 0)
                    break;
                place = before;
            }
            return (int)(text + utf8.Length - place);
        }
    }
}
