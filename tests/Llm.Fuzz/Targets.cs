using Llm.Tokenizers;

namespace Llm.Fuzz;

/// <summary>What is fuzzed.</summary>
internal static class Targets
{
    private static readonly string[] Texts =
        ["", "Hello world, it's 2026!  ", "\u00e4\u0301 𝟘 漢字 \r\n\t ##ing <unk> [MASK] ▁▁ <|endoftext|>"];
    private static readonly string Scratch = Directory.CreateTempSubdirectory("llm-fuzz").FullName;

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new(
            "tokenizer-json", () => Golden("tokenizers", "tokenizer*.json", maxBytes: 100_000),
            bytes => UseTokenizer(bytes, "tokenizer.json"), IsRefusal),
        new(
            "sentencepiece", () => Golden("tokenizers", "*.model", maxBytes: 1 << 20),
            bytes => UseTokenizer(bytes, "tokenizer.model"), IsRefusal),
        new("template", TemplateTarget.Templates, TemplateTarget.Render, error => error is ChatTemplateException)
        {
            Words = TemplateTarget.Words,
            MaxBytes = TemplateTarget.MaxBytes,
        },
        new("template-context", TemplateTarget.Contexts, TemplateTarget.RenderContext, TemplateTarget.IsRefusalOfContext)
        {
            MaxBytes = TemplateTarget.MaxBytes,
        },
    ];

    private static bool IsRefusal(Exception error) => error is InvalidDataException or NotSupportedException or ArgumentException;

    private static void UseTokenizer(byte[] bytes, string name)
    {
        var path = Path.Combine(Scratch, name);
        File.WriteAllBytes(path, bytes);
        var tokenizer = TokenizerFolder.Load(path);
        foreach (var text in Texts)
        {
            tokenizer.Decode(tokenizer.Encode(text));
            var stream = new StreamingDecoder(tokenizer);
            foreach (var id in tokenizer.EncodeForModel(text, new EncodingOptions { SpecialTokens = SpecialTokenPolicy.Allow }).Ids)
                stream.Append(id);
            stream.Flush();
            tokenizer.EncodeForModel((text, text));
        }
    }

    private static IEnumerable<byte[]> Golden(string folder, string pattern, int maxBytes)
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Golden, folder), pattern, SearchOption.AllDirectories);
        return files.Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(bytes => bytes.Length <= maxBytes);
    }
}
