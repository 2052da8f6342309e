using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Cuts texts into words by a function and counts them. A stream is read line by line, as Hugging Face's trainers read files; a line end
/// belongs to the line before it.
/// </summary>
internal sealed class WordReader : TextCounter
{
    private const int BlockLength = 1 << 18;
    private const int MaxLineLength = 1 << 20; // longer ones are cut behind a space, if they have one

    private readonly BlockCounter<List<string>> _counter;
    private List<string> _texts = [];
    private int _waiting; // UTF-16 units of the texts

    /// <param name="threads">Threads, the caller's included.</param>
    /// <param name="cut">Adds the words of a text to the counts; called from several threads at once.</param>
    public WordReader(int threads, Action<string, PieceCounter> cut) =>
        _counter = new BlockCounter<List<string>>(threads, (texts, counts) => texts.ForEach(text => cut(text, counts)));

    public override void Add(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        BytesRead += Encoding.UTF8.GetByteCount(text);
        _texts.Add(text);
        _waiting += text.Length;
        if (_waiting < BlockLength)
            return;
        _counter.Add(_texts);
        (_texts, _waiting) = ([], 0);
    }

    public override IEnumerable<long> Add(Stream utf8)
    {
        using var reader = new StreamReader(utf8, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var line = new char[1 << 12];
        var used = 0;
        while (true)
        {
            if (used == line.Length)
                Array.Resize(ref line, 2 * line.Length);
            var read = reader.ReadBlock(line, used, Math.Min(line.Length, MaxLineLength) - used);
            if (read == 0)
                break;
            used += read;
            var done = AddLines(line.AsSpan(0, used));
            line.AsSpan(done, used - done).CopyTo(line);
            used -= done;
            yield return BytesRead;
        }
        if (used > 0)
            Add(new string(line, 0, used));
    }

    public override PieceCounts Finish()
    {
        _counter.Add(_texts);
        return _counter.Finish();
    }

    public override void Dispose() => _counter.Dispose();

    private int AddLines(ReadOnlySpan<char> text)
    {
        var done = 0;
        for (int end; (end = text[done..].IndexOf('\n')) >= 0; done += end + 1)
            Add(text.Slice(done, end + 1).ToString());
        if (done > 0 || text.Length < MaxLineLength)
            return done;
        done = text.LastIndexOfAny(' ', '\t') + 1;
        if (done == 0)
            done = text.Length - (char.IsHighSurrogate(text[^1]) ? 1 : 0);
        Add(text[..done].ToString());
        return done;
    }
}
