using System.Buffers;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>Texts, or parts of a text that begin and end between pieces, waiting to be cut into pieces. Zero bytes follow each.</summary>
internal sealed class Utf8Block
{
    private readonly List<(int Start, int End)> _texts = [];
    private byte[] _bytes;
    private int _start; // of the text that is not ended

    public Utf8Block(int capacity) => _bytes = ArrayPool<byte>.Shared.Rent(capacity + UnicodeClasses.Padding);

    public byte[] Bytes => _bytes;

    public IReadOnlyList<(int Start, int End)> Texts => _texts;

    /// <summary>Bytes in use.</summary>
    public int Used { get; private set; }

    /// <summary>The text that is not ended yet.</summary>
    public (int Start, int End) OpenText => (_start, Used);

    /// <summary>Appends to the open text.</summary>
    public int Append(ReadOnlySpan<char> text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Reserve(length);
        Encoding.UTF8.GetBytes(text, _bytes.AsSpan(Used));
        Used += length;
        return length;
    }

    /// <summary>Appends well-formed UTF-8 to the open text.</summary>
    public void Append(ReadOnlySpan<byte> utf8)
    {
        Reserve(utf8.Length);
        utf8.CopyTo(_bytes.AsSpan(Used));
        Used += utf8.Length;
    }

    /// <summary>Ends the open text.</summary>
    public void EndText()
    {
        if (Used == _start)
            return;
        _texts.Add((_start, Used));
        PadEnd();
        Used += UnicodeClasses.Padding;
        _start = Used;
    }

    /// <summary>Writes zero bytes behind what is in use.</summary>
    public void PadEnd()
    {
        Reserve(UnicodeClasses.Padding);
        _bytes.AsSpan(Used, UnicodeClasses.Padding).Clear();
    }

    /// <summary>Moves the open text from <paramref name="place"/> on into a new block.</summary>
    public Utf8Block TakeFrom(int place, int capacity)
    {
        var rest = _bytes.AsSpan(place, Used - place);
        var block = new Utf8Block(Math.Max(capacity, rest.Length));
        block.Append(rest);
        Used = place;
        return block;
    }

    /// <summary>Gives the memory back; the block is of no use afterwards.</summary>
    public void Free()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Reserve(int length)
    {
        if (length <= _bytes.Length - Used)
            return;
        if (length > Array.MaxLength - Used)
            throw new ArgumentException(
                $"A piece of the text is longer than {Array.MaxLength} bytes. Choose a pattern that cuts it, or shorter texts.");
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)Used + length)));
        _bytes.AsSpan(0, Used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
