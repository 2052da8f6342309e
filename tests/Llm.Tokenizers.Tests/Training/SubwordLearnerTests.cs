using System.Text;
using System.Text.Json;

namespace Llm.Tokenizers.Tests;

public class SubwordLearnerTests
{
    public static TheoryData<int> HuggingFaceCases =>
        [.. TrainingGolden.Cases("hf_bpe.json").Index().Where(c => !TrainingGolden.IsByteLevel(c.Item)).Select(c => c.Index)];

    [Theory, MemberData(nameof(HuggingFaceCases))]
    public void Learn_PairsOfCharacters_EqualsGolden(int index)
    {
        var golden = TrainingGolden.Cases("hf_bpe.json")[index];
        var options = golden.GetProperty("options");
        var preTokenizer = golden.GetProperty("pre_tokenizer") is { ValueKind: JsonValueKind.Object } section
            ? TextPreTokenizer.Read(section)
            : null;

        var learned = SubwordLearner.Learn(Count(TrainingGolden.Texts(golden), preTokenizer), new SubwordRule
        {
            VocabSize = options.GetProperty("vocab_size").GetInt32(),
            MinFrequency = Math.Max(1, options.GetProperty("min_frequency").GetInt32()),
            SpecialTokens = [.. options.GetProperty("special_tokens").Strings()!],
            LimitAlphabet = options.TryGetProperty("limit_alphabet", out var limit) ? limit.GetInt32() : null,
            InitialAlphabet = options.TryGetProperty("initial_alphabet", out var initial)
                ? [.. initial.Strings().Select(text => Rune.GetRuneAt(text!, 0))]
                : [],
        }, TrainingGolden.Run());

        Assert.Equal(golden.GetProperty("vocab").Strings(), learned.Tokens.AsEnumerable<string?>());
        Assert.Equal(
            golden.GetProperty("merges").EnumerateArray().Select(merge => $"{merge[0]} {merge[1]}"),
            learned.Merges.Select(merge => $"{learned.Tokens[merge.Left]} {learned.Tokens[merge.Right]}"));
    }

    [Fact]
    public void Learn_PrefixAndSuffix_MarkWhereInAWordATokenStands()
    {
        var rule = new SubwordRule { VocabSize = 100, MinFrequency = 2, ContinuingPrefix = "##", EndOfWordSuffix = "</w>" };

        var learned = SubwordLearner.Learn(Count(["aba aba b"], new WhitespacePreTokenizer()), rule, TrainingGolden.Run());

        // The alphabet a, b; its forms ##a</w>, ##b, b</w>; a + ##b, then ab + ##a</w>, twice each.
        Assert.Equal(["a", "b", "##a</w>", "##b", "b</w>", "ab", "aba</w>"], learned.Tokens);
    }

    [Fact]
    public void Learn_WordSpellsThePrefix_MakesNoTokenTwice()
    {
        var rule = new SubwordRule { VocabSize = 100, ContinuingPrefix = "##" };

        var learned = SubwordLearner.Learn(Count(["##a", "##a", "ba"], null), rule, TrainingGolden.Run());

        Assert.Equal(learned.Tokens.Distinct(), learned.Tokens);
        Assert.Contains("##a", learned.Tokens);
    }

    [Fact]
    public void Learn_LongestToken_IsNotExceeded()
    {
        var rule = new SubwordRule { VocabSize = 100, MaxTokenLength = 3 };

        var learned = SubwordLearner.Learn(Count(["aaaaaaaaaaaaaaaa"], null), rule, TrainingGolden.Run());

        Assert.Equal(["a", "aa"], learned.Tokens); // aa + a would do, but nothing is left to join where the run is even
    }

    [Fact]
    public void Learn_AlphabetLargerThanTheVocabulary_SaysWhatToDo()
    {
        var error = Assert.Throws<ArgumentException>(
            () => SubwordLearner.Learn(Count(["abc"], null), new SubwordRule { VocabSize = 2 }, TrainingGolden.Run()));

        Assert.Contains("VocabSize is 2, but special tokens and characters are 3 already", error.Message);
    }

    private static PieceCounts Count(IEnumerable<string> texts, TextPreTokenizer? preTokenizer)
    {
        var counts = new PieceCounter();
        foreach (var text in texts)
        {
            List<AlignedText> pieces = [];
            if (preTokenizer is null)
                pieces.Add(new AlignedText(text));
            else
                preTokenizer.Split(new AlignedText(text), pieces);
            foreach (var piece in pieces)
                counts.Add(piece.Text);
        }
        return counts.ToCounts();
    }
}
