using System.Buffers.Binary;
using Llm.Models;
using Llm.Tokenizers;
using Microsoft.ML.Tokenizers;

namespace Llm.Training;

/// <summary>
/// A text as token ids that do not change: in memory, or in a memory-mapped file of any size. Reading is safe from several threads at once.
/// </summary>
public sealed class TokenData : IDisposable
{
    private readonly ITokenStorage _storage;
    private readonly long _start;

    private TokenData(ITokenStorage storage, long start, long length, int? vocabSize)
    {
        _storage = storage;
        _start = start;
        Length = length;
        VocabSize = vocabSize;
    }

    /// <summary>Number of ids.</summary>
    public long Length { get; }

    /// <summary>Ids must lie below this, which is checked as they are read; null where only the model checks them.</summary>
    public int? VocabSize { get; }

    /// <summary>Maps a file of little-endian ids without a header, such as nanoGPT's train.bin.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabSize">Ids must lie below this; null accepts what the file holds.</param>
    /// <param name="width">
    /// Bytes of an id; null for what <see cref="Write"/> chooses for <paramref name="vocabSize"/>: two, or four beyond 65,536.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is empty, or its size is not a whole number of ids.</exception>
    public static TokenData Open(string path, int? vocabSize = null, TokenWidth? width = null)
    {
        CheckVocabSize(vocabSize);
        var storage = new MappedTokens(path, width ?? WidthFor(vocabSize));
        return new TokenData(storage, 0, storage.Length, vocabSize);
    }

    /// <summary>Holds a copy of ids in memory.</summary>
    /// <param name="ids">At least one id.</param>
    /// <param name="vocabSize">Ids must lie below this; null accepts any that is not negative.</param>
    /// <exception cref="ArgumentException">There are no ids, or one is not in the vocabulary.</exception>
    public static TokenData FromIds(IEnumerable<int> ids, int? vocabSize = null)
    {
        CheckVocabSize(vocabSize);
        var copy = ids.ToArray();
        if (copy.Length == 0)
            throw new ArgumentException("There are no ids to train on. Give at least one.", nameof(ids));
        CheckIds(copy, vocabSize);
        return new TokenData(new ManagedTokens(copy), 0, copy.Length, vocabSize);
    }

    /// <summary>Encodes a text.</summary>
    /// <param name="text">The text; special tokens in it are what the tokenizer makes of them.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <exception cref="ArgumentException">The text is empty, or has no tokens.</exception>
    public static TokenData FromText(string text, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (string.IsNullOrEmpty(text))
        {
            throw new ArgumentException(
                "The text is empty: there is nothing to learn from it. Check the file that it was read from.", nameof(text));
        }
        return tokenizer is LlmTokenizer own
            ? FromIds(own.Encode(text), own.VocabSize)
            : FromIds(tokenizer.EncodeToIds(text));
    }

    /// <summary>Writes ids to a file that <see cref="Open"/> maps. The old file stays whole until the new one is.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="ids">The ids; they are written as they come, so that a corpus need not fit into memory.</param>
    /// <param name="vocabSize">Ids must lie below this. Up to 65,536, an id takes two bytes, as in nanoGPT's files; beyond, four.</param>
    /// <exception cref="ArgumentException">There are no ids, or one is not in the vocabulary; no file is written.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<int> ids, int vocabSize)
    {
        ArgumentNullException.ThrowIfNull(ids);
        CheckVocabSize(vocabSize);
        AtomicFile.Write(path, stream => WriteTo(stream, ids, vocabSize));
    }

    /// <summary>
    /// Cuts the ids in two, in order: the first part to train on, the rest to evaluate on. Both read from here: dispose the whole last.
    /// </summary>
    /// <param name="trainShare">Share of the first part, between 0 and 1. The default is 0.9.</param>
    /// <exception cref="ArgumentException">A part would be empty.</exception>
    public (TokenData Train, TokenData Validation) Split(double trainShare = 0.9)
    {
        var cut = (long)(trainShare * Length);
        if (cut < 1 || cut >= Length)
        {
            throw new ArgumentException(
                $"A share of {trainShare} cuts {Length} ids into {cut} and {Length - cut}. "
                + "Give a share between 0 and 1 that leaves ids on both sides.", nameof(trainShare));
        }
        return (new(_storage, _start, cut, VocabSize), new(_storage, _start + cut, Length - cut, VocabSize));
    }

    /// <summary>Copies the ids from <paramref name="start"/> on, as many as <paramref name="ids"/> holds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many ids after <paramref name="start"/>.</exception>
    /// <exception cref="InvalidDataException">An id is not in the vocabulary.</exception>
    public void CopyTo(long start, Span<long> ids)
    {
        if (start < 0 || start > Length - ids.Length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(start), start, $"{ids.Length} ids from {start} do not lie inside the {Length} ids of the data.");
        }
        _storage.Read(_start + start, ids);
        if (VocabSize is { } vocabSize && ids.IndexOfAnyExceptInRange(0, vocabSize - 1) is >= 0 and var i)
        {
            throw new InvalidDataException(
                $"Id {ids[i]} at index {start + i} is not in the vocabulary of {vocabSize} (0 to {vocabSize - 1}). "
                + "Was the file written for another tokenizer, or with ids of another width?");
        }
    }

    /// <summary>Closes the file, also for the parts of a <see cref="Split"/>.</summary>
    public void Dispose() => _storage.Dispose();

    private static TokenWidth WidthFor(int? vocabSize) =>
        vocabSize is null or <= ushort.MaxValue + 1 ? TokenWidth.TwoBytes : TokenWidth.FourBytes;

    private static void WriteTo(Stream stream, IEnumerable<int> ids, int vocabSize)
    {
        var width = (int)WidthFor(vocabSize);
        var buffer = new byte[1 << 16];
        var (used, count) = (0, 0L);
        foreach (var id in ids)
        {
            CheckIds([id], vocabSize, count++);
            BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(used), id); // the next id overwrites the upper half of a narrow one
            used += width;
            if (used > buffer.Length - sizeof(int))
            {
                stream.Write(buffer, 0, used);
                used = 0;
            }
        }
        if (count == 0)
            throw new ArgumentException("There are no ids to write. Give at least one.", nameof(ids));
        stream.Write(buffer, 0, used);
    }

    private static void CheckIds(ReadOnlySpan<int> ids, int? vocabSize, long start = 0)
    {
        var most = (vocabSize ?? int.MaxValue) - 1;
        if (ids.IndexOfAnyExceptInRange(0, most) is >= 0 and var i)
        {
            throw new ArgumentException(
                $"Id {ids[i]} at index {start + i} is not in the vocabulary (0 to {most}). "
                + "Use the tokenizer that belongs to the model.", nameof(ids));
        }
    }

    private static void CheckVocabSize(int? vocabSize)
    {
        if (vocabSize <= 0)
            throw new ArgumentOutOfRangeException(nameof(vocabSize), vocabSize, "A vocabulary has at least one token.");
    }
}
