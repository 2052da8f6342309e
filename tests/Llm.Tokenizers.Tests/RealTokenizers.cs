using System.Globalization;
using System.Text.Json.Nodes;
using Llm.Testing;

namespace Llm.Tokenizers.Tests;

/// <summary>Tokenizers of published models, as far as their vocabularies are beside the repository.</summary>
internal static class RealTokenizers
{
    private static readonly Dictionary<string, LlmTokenizer> Opened = [];

    /// <summary>
    /// gpt2, bert-base-uncased, qwen3, roberta, phi-2, or an encoding of tiktoken; skips the test where the vocabulary is missing.
    /// </summary>
    public static LlmTokenizer Open(string name)
    {
        lock (Opened)
        {
            if (!Opened.TryGetValue(name, out var tokenizer))
                Opened[name] = tokenizer = Build(name);
            return tokenizer;
        }
    }

    private static LlmTokenizer Build(string name) => name switch
    {
        "roberta" => BuildRoberta(),
        "phi-2" => BuildPhi2(),
        "cl100k_base" or "o200k_base" => ByteLevelBpeTokenizer.ForEncoding(name),
        _ => TokenizerFolder.Load(Golden.Shared("vocab", name, "tokenizer.json")),
    };

    // GPT-2's, with runs of spaces and of tabs behind it, the longest first, as CodeGen added them.
    private static LlmTokenizer BuildPhi2()
    {
        using var folder = new TemporaryFolder();
        ByteLevelBpeTokenizer.Gpt2().Save(folder.Path);
        var json = JsonNode.Parse(File.ReadAllText(folder.Combine("tokenizer.json")))!;
        var runs = Enumerable.Range(2, 30).Reverse().Select(length => new string(' ', length))
            .Concat(Enumerable.Range(2, 8).Reverse().Select(length => new string('\t', length)));
        foreach (var (i, run) in runs.Index())
            json["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = 50257 + i, ["content"] = run, ["normalized"] = true });
        File.WriteAllText(folder.Combine("tokenizer.json"), json.ToJsonString());
        return TokenizerFolder.Load(folder.Path);
    }

    // The id of a token is 4 and the line on which fairseq's dictionary has its GPT-2 id; the merges are GPT-2's.
    private static LlmTokenizer BuildRoberta()
    {
        var gpt2 = ByteLevelBpeTokenizer.Gpt2();
        var json = JsonNode.Parse(File.ReadAllText(Golden.Folder("real", "roberta-without-model.json")))!;
        var vocabulary = new JsonObject { ["<s>"] = 0, ["<pad>"] = 1, ["</s>"] = 2, ["<unk>"] = 3 };
        foreach (var (line, entry) in File.ReadLines(Golden.Shared("vocab", "roberta-base", "dict.txt")).Index())
        {
            var word = entry.Split(' ')[0];
            vocabulary[int.TryParse(word, CultureInfo.InvariantCulture, out var id) ? gpt2.IdToToken(id)! : word] = line + 4;
        }
        vocabulary["<mask>"] = vocabulary.Count;
        json["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["vocab"] = vocabulary,
            ["merges"] = new JsonArray([.. gpt2.Learned.Merges
                .Select(merge => new JsonArray(gpt2.LearnedToken(merge.Left), gpt2.LearnedToken(merge.Right)))]),
        };
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Combine("tokenizer.json"), json.ToJsonString());
        return TokenizerFolder.Load(folder.Path);
    }
}
