using System.Text.Json.Nodes;
using Llm.Testing;

namespace Llm.Tokenizers.Tests;

public class EncodingOptionsTests
{
    private static readonly LlmTokenizer WordPiece = TokenizerFolder.Load(Golden.Folder("small", "wordpiece"));

    [Fact]
    public void EncodeForModel_WithoutOptions_AddsSpecialTokensAndLeavesThoseOfTheTextText()
    {
        var encoding = WordPiece.EncodeForModel("[MASK]");

        Assert.Equal(("[CLS]", "[SEP]"), (encoding.Tokens[0], encoding.Tokens[^1]));
        Assert.DoesNotContain("[MASK]", encoding.Tokens);
        Assert.Equal(WordPiece.Encode("[MASK]"), encoding.Ids[1..^1]);
    }

    [Fact]
    public void EncodeForModel_ByteLevelWithPostProcessor_AddsSpecialTokensWhereEncodeDoesNot()
    {
        var tokenizer = TokenizerFolder.Load(Golden.Folder("small", "roberta-processing"));

        Assert.IsType<ByteLevelBpeTokenizer>(tokenizer);
        Assert.Equal([0, .. tokenizer.Encode("whale"), 2], tokenizer.EncodeForModel("whale").Ids);
        Assert.Equal(tokenizer.Encode("whale"), tokenizer.EncodeForModel("whale", new EncodingOptions { AddSpecialTokens = false }).Ids);
    }

    [Fact]
    public void EncodeForModel_WordsAndText_MayBeOnePair()
    {
        var encoding = WordPiece.EncodeForModel(EncodingInput.FromWords(["the", "white whale"]).FollowedBy("the sea"));

        var separator = encoding.Tokens.IndexOf("[SEP]");
        Assert.Equal([0, 1, 1], encoding.WordIds[1..4].Select(word => word ?? -1));
        Assert.All(encoding.SequenceIds[1..separator], sequence => Assert.Equal(0, sequence));
        Assert.All(encoding.SequenceIds[(separator + 1)..^1], sequence => Assert.Equal(1, sequence));
    }

    [Fact]
    public void EncodeBatch_PaddingOfTheFolder_TakesItsTokenAndFillsUpToTheLongest()
    {
        using var folder = new TemporaryFolder();
        WordPiece.Save(folder.Path);
        var config = JsonNode.Parse(File.ReadAllText(folder.Combine("tokenizer_config.json")))!;
        config["pad_token"] = "[PAD]";
        File.WriteAllText(folder.Combine("tokenizer_config.json"), config.ToJsonString());

        var batch = TokenizerFolder.Load(folder.Path).EncodeBatch(
            ["the whale", "the"], new EncodingOptions { Padding = new PaddingOptions() });

        Assert.Equal(batch[0].Ids.Length, batch[1].Ids.Length);
        Assert.Equal("[PAD]", batch[1].Tokens[^1]);
        Assert.Equal((0, 1), (batch[1].AttentionMask[^1], batch[1].SpecialTokensMask[^1]));
    }

    [Fact]
    public void EncodeForModel_PaddingWithoutToken_SaysWhatToSet()
    {
        var options = new EncodingOptions { Padding = new PaddingOptions { Length = 9 } };

        var error = Assert.Throws<ArgumentException>(() => WordPiece.EncodeForModel("a", options));

        Assert.Contains("Set Token and Id of PaddingOptions", error.Message);
    }

    [Fact]
    public void CreateEncodingOptions_Changed_LeavesTheTokenizerAlone()
    {
        using var folder = new TemporaryFolder();
        var json = JsonNode.Parse(File.ReadAllText(Golden.Folder("small", "wordpiece", "tokenizer.json")))!;
        json["truncation"] = JsonNode.Parse("""{"direction": "Left", "max_length": 4, "strategy": "LongestFirst", "stride": 1}""");
        json["padding"] = JsonNode.Parse(
            """
            {"strategy": {"Fixed": 6}, "direction": "Left", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"}
            """);
        File.WriteAllText(folder.Combine("tokenizer.json"), json.ToJsonString());
        var tokenizer = TokenizerFolder.Load(folder.Path);

        var options = tokenizer.CreateEncodingOptions();
        (options.Truncation!.MaxLength, options.Padding) = (100, null);

        const string Text = "the white whale of the sea";
        Assert.Equal(6, tokenizer.EncodeForModel(Text).Ids.Length);
        Assert.Equal(tokenizer.Encode(Text).Length + 2, tokenizer.EncodeForModel(Text, options).Ids.Length);
        tokenizer.Save(folder.Path);
        var saved = JsonNode.Parse(File.ReadAllText(folder.Combine("tokenizer.json")))!;
        Assert.True(JsonNode.DeepEquals(json["truncation"], saved["truncation"]));
        Assert.True(JsonNode.DeepEquals(json["padding"], saved["padding"]));
    }

    // Added tokens are found before anything is counted, so that the text is encoded up to the next word behind them.
    [Theory]
    [InlineData(TextSide.Right, "[MASK][MASK][MASK] the sea", "the"), InlineData(TextSide.Left, "the sea [MASK][MASK][MASK]", "sea")]
    public void EncodeForModel_AddedTokensReachTheLength_OneMoreWordOverflows(TextSide side, string text, string overflowing)
    {
        var encoding = WordPiece.EncodeForModel(text, new EncodingOptions
        {
            AddSpecialTokens = false,
            SpecialTokens = SpecialTokenPolicy.Allow,
            Truncation = new TruncationOptions { MaxLength = 3, Side = side },
        });

        Assert.Equal(["[MASK]", "[MASK]", "[MASK]"], encoding.Tokens);
        Assert.Equal([overflowing], Assert.Single(encoding.Overflowing).Tokens);
    }

    [Fact]
    public void EncodeForModel_OptionsOutOfRange_AreRefused()
    {
        AssertRefused("MaxLength is -1", new EncodingOptions { Truncation = new TruncationOptions { MaxLength = -1 } });
        AssertRefused("Stride is -1", new EncodingOptions { Truncation = new TruncationOptions { Stride = -1 } });
        AssertRefused("but the special tokens alone are 2", new EncodingOptions { Truncation = new TruncationOptions { MaxLength = 1 } });
        AssertRefused("cannot share 3 tokens", new EncodingOptions { Truncation = new TruncationOptions { MaxLength = 5, Stride = 3 } });
        AssertRefused("there is only one text", new EncodingOptions
        {
            Truncation = new TruncationOptions { MaxLength = 5, Strategy = TruncationStrategy.OnlySecond },
        });
        AssertRefused("Length is -1", new EncodingOptions { Padding = new PaddingOptions { Length = -1 } });
        AssertRefused("MultipleOf is 999999999", new EncodingOptions { Padding = new PaddingOptions { MultipleOf = 999_999_999 } });
        AssertRefused("'[NONE]' is not in the vocabulary", new EncodingOptions { Padding = new PaddingOptions { Token = "[NONE]" } });

        static void AssertRefused(string message, EncodingOptions options) => Assert.Contains(
            message, Assert.Throws<ArgumentException>(() => WordPiece.EncodeForModel("the white whale and the old sea", options)).Message);
    }

    [Fact]
    public void EncodeForModel_WindowsWithoutEnd_AreRefused()
    {
        var options = new EncodingOptions { Truncation = new TruncationOptions { MaxLength = 1002, Stride = 999 } };
        var words = EncodingInput.FromWords([.. Enumerable.Repeat("whale", 50_000)]);

        Assert.Contains("which is too much", Assert.Throws<ArgumentException>(() => WordPiece.EncodeForModel(words, options)).Message);
    }

    [Fact]
    public void EncodeBatch_OneBadText_TellsTheFirstError()
    {
        var options = new EncodingOptions { SpecialTokens = SpecialTokenPolicy.Throw };
        EncodingInput[] inputs = [.. Enumerable.Range(0, 200)
            .Select(i => (EncodingInput)(i < 50 ? "whale" : new string('a', i) + "[MASK]"))];

        Assert.Contains("at index 50", Assert.Throws<ArgumentException>(() => WordPiece.EncodeBatch(inputs, options)).Message);
        Assert.Throws<ArgumentNullException>(() => WordPiece.EncodeBatch([default]));
    }

    [Fact]
    public void FollowedBy_Pair_IsRefused() =>
        Assert.Throws<ArgumentException>(() => ((EncodingInput)("a", "b")).FollowedBy("c"));
}
