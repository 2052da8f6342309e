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
        var isNamedSo = Path.GetExtension(path).Equals(".tiktoken", StringComparison.OrdinalIgnoreCase);
        if (isNamedSo && !KnownRankFiles.StartsLikeOne(start))
            throw new InvalidDataException($"{path} is not a rank file of tiktoken: its first line is not a token in base64 and its rank.");
        if (isNamedSo || KnownRankFiles.StartsLikeOne(start))
            return KnownRankFiles.Read(path);
        return SentencePieceFolder.ReadFile(path);
    }

    /// <summary>Whether a file starts as tiktoken's do, whatever it is called: Llama 3's has the name of a SentencePiece model.</summary>
    public static bool IsRankFile(string path) => KnownRankFiles.StartsLikeOne(ReadStart(path));

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
}
