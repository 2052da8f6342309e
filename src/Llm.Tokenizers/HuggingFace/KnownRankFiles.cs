using System.Buffers.Text;
using System.Security.Cryptography;

namespace Llm.Tokenizers;

/// <summary>
/// tiktoken's rank files (.tiktoken). They do not say how a text is cut, nor which special tokens there are: only those that OpenAI
/// published, which their checksums tell, make a tokenizer by themselves.
/// </summary>
internal static class KnownRankFiles
{
    // The checksums that tiktoken asks of the files, of which the line ends are \n.
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930"] = "r50k_base",
        ["94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069"] = "p50k_base",
        ["223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"] = "cl100k_base",
        ["446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"] = "o200k_base",
    };

    /// <summary>Whether a file starts as a rank file does: a token in base64, a space, a number.</summary>
    public static bool StartsLikeOne(ReadOnlySpan<byte> start)
    {
        var line = start[..Math.Max(0, start.IndexOf((byte)'\n'))].TrimEnd("\r"u8);
        var space = line.IndexOf((byte)' ');
        return space > 0 && Base64.IsValid(line[..space]) && line[(space + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
    }

    /// <summary>The file of a folder that holds nothing else of a tokenizer; null where there is none.</summary>
    /// <exception cref="NotSupportedException">There are several.</exception>
    public static string? FindFile(string folder)
    {
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, TokenizerFiles.RankFiles) : [];
        return files.Length <= 1 ? files.FirstOrDefault() : throw new NotSupportedException(
            $"{folder} holds {files.Length} rank files of tiktoken. Name the file to open, not the folder.");
    }

    /// <exception cref="NotSupportedException">It is none of the known files.</exception>
    public static ByteLevelBpeTokenizer Read(string path)
    {
        var content = Array.FindAll(File.ReadAllBytes(path), value => value != '\r');
        return Names.TryGetValue(Convert.ToHexStringLower(SHA256.HashData(content)), out var name)
            ? ByteLevelBpeTokenizer.ForEncoding(name)
            : throw new NotSupportedException(
                $"{path} is a rank file of tiktoken, which does not say how texts are cut, and it is none of those that are known: "
                + $"{string.Join(", ", Names.Values)}. Open it with ByteLevelBpeTokenizer.FromRanks, which takes the pattern and the "
                + "special tokens, and save that as a folder.");
    }
}
