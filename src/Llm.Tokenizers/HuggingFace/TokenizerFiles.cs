using System.Text.Encodings.Web;
using System.Text.Json;

namespace Llm.Tokenizers;

/// <summary>Names of the files of a tokenizer folder in Hugging Face layout, and how they are written: whole, or not at all.</summary>
internal static class TokenizerFiles
{
    public const string TokenizerJson = "tokenizer.json";
    public const string TokenizerConfig = "tokenizer_config.json";
    public const string Vocabulary = "vocab.json";
    public const string Merges = "merges.txt";
    public const string WordList = "vocab.txt";
    public const string SentencePieceModel = "tokenizer.model";
    public const string ShortSentencePieceModel = "spiece.model";
    public const string FairseqSentencePieceModel = "sentencepiece.bpe.model";
    public const string RankFiles = "*.tiktoken";
    public const string AddedTokens = "added_tokens.json";
    public const string SpecialTokensMap = "special_tokens_map.json";

    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one JSON file; its old content is whole until the new is.</summary>
    public static void WriteJson(string folder, string name, Action<Utf8JsonWriter> write) => Write(folder, name, stream =>
    {
        using var json = new Utf8JsonWriter(stream, Readable);
        write(json);
    });

    /// <summary>Writes one file; its old content is whole until the new is.</summary>
    public static void Write(string folder, string name, Action<Stream> write)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name);
        var unfinished = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = File.Create(unfinished))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>The root of a JSON file.</summary>
    /// <exception cref="InvalidDataException">The file is not JSON.</exception>
    public static JsonElement ReadJson(string path)
    {
        using var stream = File.OpenRead(path);
        try
        {
            using var document = JsonDocument.Parse(stream);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} is not JSON: {error.Message}", error);
        }
    }
}
