using System.Text;
using System.Text.Json;
using Llm.Testing;

namespace Llm.Tokenizers.Tests;

public class BpeTrainerTests
{
    public static TheoryData<int> HuggingFaceCases => [.. CasesOf("hf_bpe.json").Index().Where(c => IsByteLevel(c.Item)).Select(c => c.Index)];

    public static TheoryData<int> MinbpeCases => [.. Enumerable.Range(0, CasesOf("minbpe.json").Count)];

    public static TheoryData<int> RustRuleCases => [.. Enumerable.Range(0, CasesOf("rust_rule.json").Count)];

    [Theory, MemberData(nameof(HuggingFaceCases))]
    public void Train_HuggingFaceRule_EqualsGolden(int index)
    {
        var golden = CasesOf("hf_bpe.json")[index];
        var options = golden.GetProperty("options");
        var text = TextOf(golden);
        var texts = golden.GetProperty("fed_as").GetString() == "lines" ? Lines(text) : [text];

        var tokenizer = new BpeTrainer(new BpeTrainerOptions
        {
            VocabSize = options.GetProperty("vocab_size").GetInt32(),
            MinFrequency = Math.Max(1, options.TryGetProperty("min_frequency", out var min) ? min.GetInt32() : 1),
            SpecialTokens = [.. options.GetProperty("special_tokens").EnumerateArray().Select(token => token.GetString()!)],
        }).Train(texts, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(golden.GetProperty("vocab").EnumerateArray().Select(token => token.GetString()), TokensOf(tokenizer));
        Assert.Equal(golden.GetProperty("merges").EnumerateArray().Select(merge => $"{merge[0]} {merge[1]}"), MergesOf(tokenizer));
    }

    [Theory, MemberData(nameof(MinbpeCases))]
    public void Train_MinbpeRule_EqualsGolden(int index) => CompareMerges(CasesOf("minbpe.json")[index], BpeTrainingRule.Minbpe);

    [Theory, MemberData(nameof(RustRuleCases))]
    public void Train_RustRule_EqualsGolden(int index) => CompareMerges(CasesOf("rust_rule.json")[index], BpeTrainingRule.RustBpe);

    private static void CompareMerges(JsonElement golden, BpeTrainingRule rule)
    {
        if (golden.TryGetProperty("error", out _))
            Assert.Skip("The reference fails here; ours learns what there is.");
        var tokenizer = new BpeTrainer(new BpeTrainerOptions
        {
            VocabSize = golden.GetProperty("vocab_size").GetInt32(),
            MinFrequency = 1,
            SpecialTokens = [],
            Rule = rule,
            Pattern = golden.GetProperty("pattern").GetString() is { } regex ? SplitPattern.FromRegex(regex) : SplitPattern.None,
        }).Train([TextOf(golden)], cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(
            golden.GetProperty("merges").EnumerateArray().Select(merge => new BpeMerge(merge[0].GetInt32(), merge[1].GetInt32(), merge[2].GetInt32())),
            tokenizer.Vocabulary.Merges);
        if (!golden.TryGetProperty("encodings", out var encodings))
            return;
        foreach (var encoding in encodings.EnumerateArray())
            Assert.Equal(encoding[1].EnumerateArray().Select(id => id.GetInt32()), tokenizer.Encode(encoding[0].GetString()));
    }

    private static List<JsonElement> CasesOf(string file)
    {
        using var stream = File.OpenRead(TestData.Golden("tokenizers", "training", file));
        return [.. JsonDocument.Parse(stream).RootElement.GetProperty("cases").EnumerateArray()];
    }

    private static string TextOf(JsonElement golden) =>
        File.ReadAllText(TestData.Golden("tokenizers", "training", golden.GetProperty("text").GetString()!), Encoding.UTF8);

    private static IEnumerable<string> Lines(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) is >= 0 and var found ? found + 1 : text.Length;
            yield return text[start..end];
            start = end;
        }
    }

    private static bool IsByteLevel(JsonElement golden) =>
        golden.GetProperty("pre_tokenizer").ValueKind == JsonValueKind.Object
        && golden.GetProperty("pre_tokenizer").GetProperty("type").GetString() == "ByteLevel"
        && golden.GetProperty("options").TryGetProperty("initial_alphabet", out _);

    private static IEnumerable<string?> TokensOf(LlmTokenizer tokenizer) => Enumerable.Range(0, tokenizer.VocabSize).Select(tokenizer.IdToToken);

    private static IEnumerable<string> MergesOf(ByteLevelBpeTokenizer tokenizer) =>
        tokenizer.Vocabulary.Merges.Select(merge => $"{tokenizer.LearnedToken(merge.Left)} {tokenizer.LearnedToken(merge.Right)}");
}
