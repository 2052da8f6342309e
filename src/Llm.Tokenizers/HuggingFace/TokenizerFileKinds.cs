using System.Buffers.Text;

namespace Llm.Tokenizers;

/// <summary>Opens a tokenizer that is a single file; what it starts with tells its kind.</summary>
internal static class TokenizerFileKinds
{
    private const int LongestStart = 256;

    /// <exception cref="InvalidDataException">The file is damaged, or of no known kind.</exception>
    /// <exception cref="NotSupportedException">The file alone makes no tokenizer, or asks for something that is not supported.</exception>
    public static LlmTokenizer Read(string path)
    {
        var start = ReadStart(path);
        var isJson = Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase);
        if (isJson || start.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
            return TokenizerJsonReader.Read(path, new TokenizerSettings());
        if (MinBpeFile.IsOne(start))
            return ReadMinBpe(path);
        if (IsRankFile(start))
            throw new NotSupportedException(
                $"{path} is a rank file of tiktoken, which does not say how texts are cut. Tell it: ByteLevelBpeTokenizer.FromRanks.");
        return SentencePieceFolder.ReadFile(path);
    }

    private static ReadOnlySpan<byte> ReadStart(string path)
    {
        using var file = File.OpenRead(path);
        var start = new byte[LongestStart];
        return start.AsSpan(0, file.ReadAtLeast(start, LongestStart, throwOnEndOfStream: false));
    }

    private static ByteLevelBpeTokenizer ReadMinBpe(string path)
    {
        using var file = File.OpenRead(path);
        try
        {
            return MinBpeFile.Read(file);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
        catch (NotSupportedException error)
        {
            throw new NotSupportedException($"{path}: {error.Message}", error);
        }
    }

    // A token in base64, a space, a number.
    private static bool IsRankFile(ReadOnlySpan<byte> start)
    {
        var line = start[..Math.Max(0, start.IndexOf((byte)'\n'))].TrimEnd("\r"u8);
        var space = line.IndexOf((byte)' ');
        return space > 0 && Base64.IsValid(line[..space]) && line[(space + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
    }
}
