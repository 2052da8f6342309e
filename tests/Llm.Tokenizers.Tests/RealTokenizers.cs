using System.Globalization;
using System.Text.Json.Nodes;
using Llm.Testing;

namespace Llm.Tokenizers.Tests;

/// <summary>Tokenizers of published models, as far as their vocabularies are beside the repository.</summary>
internal static class RealTokenizers
{
    private static readonly Dictionary<string, LlmTokenizer> Opened = [];

    /// <summary>gpt2, bert-base-uncased, qwen3 or roberta; skips the test where the vocabulary is missing.</summary>
    public static LlmTokenizer Open(string name)
    {
        lock (Opened)
        {
            if (!Opened.TryGetValue(name, out var tokenizer))
                Opened[name] = tokenizer = name == "roberta"
                    ? BuildRoberta()
                    : TokenizerFolder.Load(Golden.Shared("vocab", name, "tokenizer.json"));
            return tokenizer;
        }
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
