using CsCheck;
using Llm.Testing;

namespace Llm.Tokenizers.Tests;

/// <summary>SentencePiece models as tokenizer.json.</summary>
public class SentencePieceConversionTests
{
    private static readonly string[] Parts = [
        "Call me", " Ishmael", "whale", " ", "  ", "      ", "\n", "\n\n", "▁", "▁▁", "<0x41>", "<s>", "</s>", "<unk>", "é", "e\u0301",
        "漢字", "🐳", "\uD800", "\t", "aaaaaaa", "ababab", "1851", "x", "the the", "!!!!", "ﬁ"];

    private static readonly Gen<string> Texts =
        Gen.Int[0, Parts.Length - 1].Array[0, 9].Select(numbers => string.Concat(numbers.Select(number => Parts[number])));

    [Theory, InlineData(null), InlineData("""{"tokenizer_class":"LlamaTokenizer","add_eos_token":true}""")]
    public void SaveTokenizerJson_Llama_GivesTheSameIdsAndTexts(string? config)
    {
        using TemporaryFolder source = new(), folder = new();
        File.Copy(Golden.Folder("sentencepiece", "bpe-llama", "tokenizer.model"), source.Combine("tokenizer.model"));
        if (config is not null)
            File.WriteAllText(source.Combine("tokenizer_config.json"), config);
        var original = Assert.IsType<PipelineTokenizer>(TokenizerFolder.Load(source.Path));

        original.SaveTokenizerJson(folder.Path);

        Assert.Equal(["tokenizer.json", "tokenizer_config.json"], folder.Files);
        var loaded = TokenizerFolder.Load(folder.Path);
        Assert.Equal(original.Vocabulary, loaded.Vocabulary);
        Assert.Equal(original.EndOfTextId, loaded.EndOfTextId);
        foreach (var golden in Golden.Cases(Golden.Folder("sentencepiece", "bpe-llama", "cases.json")))
        {
            Assert.Equal(golden.GetProperty("ids").Ints(), loaded.Encode(golden.Text("text")));
            Assert.Equal(golden.Text("decoded"), loaded.Decode(golden.GetProperty("ids").Ints()));
        }
        Texts.Sample(text => AssertSame(original, loaded, text), iter: 2000);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(0, 1)]
    public void SaveTokenizerJson_Unigram_GivesTheSameIdsAndTexts(int addsPrefix, int removesSpaces)
    {
        var file = Alphabet(PieceAlgorithm.Unigram, addsPrefix, removesSpaces).Piece("the", -5).Piece("ab", -3).Piece("aba", -4)
            .Piece("▁th", -4).Piece("<x>", 0, PieceType.UserDefined).Piece("</s>", 0, PieceType.Control);

        AssertConverts(file, "abababa the<x>  the </s> the▁ ", "  \u00E9xthé", "", " ", "</s>", "é", "<x></s><unk> é é");
    }

    [Fact]
    public void SaveTokenizerJson_BpeWithoutPrefix_FindsUserDefinedPieces()
    {
        var file = Alphabet(PieceAlgorithm.Bpe, 0, 0).Piece("ab", -1)
            .Piece("▁▁", 0, PieceType.UserDefined).Piece("<x>", 0, PieceType.UserDefined);

        AssertConverts(file, "ab  ab<x>ab   ab<x", "    ", "<x><x>é");
    }

    public static TheoryData<string, byte[]> Obstacles => new()
    {
        { "rewrite characters", File.ReadAllBytes(Golden.Folder("sentencepiece", "unigram-byte-fallback", "tokenizer.model")) },
        { "of the kind Word", Alphabet(PieceAlgorithm.Word, 0, 0).Bytes },
        { "of the kind Char", Alphabet(PieceAlgorithm.Char, 0, 0).Bytes },
        { "treat_whitespace_as_suffix", Alphabet(PieceAlgorithm.Unigram, 0, 0).Message(2, ProtoFile.Number(24, 1)).Bytes },
        { "escape_whitespaces", Alphabet(PieceAlgorithm.Unigram, 0, 0).Message(3, ProtoFile.Number(5, 0)).Bytes },
        { "user-defined piece 'abc'", Alphabet(PieceAlgorithm.Bpe, 1, 0).Piece("abc", 0, PieceType.UserDefined).Bytes },
        { "have the same score", Alphabet(PieceAlgorithm.Bpe, 0, 0).Piece("ab", -1).Piece("ba", -1).Bytes },
        { "'z' of the piece 'zz' is no piece itself", Alphabet(PieceAlgorithm.Bpe, 0, 0).Piece("zz", -1).Bytes },
        { "unused", Alphabet(PieceAlgorithm.Bpe, 0, 0).Piece("ab", -1, PieceType.Unused).Bytes },
        { "spelled like a byte", Alphabet(PieceAlgorithm.Bpe, 0, 0).Piece("<0x41>", -1).Bytes },
        { "the space '▁' is no piece", ProtoFile.Start(PieceAlgorithm.Bpe).Message(3, ProtoFile.Number(3, 1)).Piece("a", -1).Bytes },
    };

    [Theory, MemberData(nameof(Obstacles))]
    public void SaveTokenizerJson_WhatTheFormatCannotState_IsRefusedByName(string expected, byte[] file)
    {
        using var folder = new TemporaryFolder();
        var tokenizer = Open(folder, file);
        File.Delete(folder.Combine("x.model"));

        var error = Assert.Throws<NotSupportedException>(() => tokenizer.SaveTokenizerJson(folder.Path));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Files);
    }

    // Pieces of one character for all that the pieces of the tests are made of.
    private static ProtoFile Alphabet(PieceAlgorithm algorithm, ulong addsPrefix, ulong removesSpaces)
    {
        var file = ProtoFile.Start(algorithm)
            .Message(3, [.. ProtoFile.Number(3, addsPrefix), .. ProtoFile.Number(4, removesSpaces)]);
        foreach (var (i, character) in "▁abcthex<>/s0x41unk".Distinct().Index())
            file.Piece($"{character}", -6 - (i / 8f));
        return file;
    }

    private static ProtoFile Alphabet(PieceAlgorithm algorithm, int addsPrefix, int removesSpaces) =>
        Alphabet(algorithm, (ulong)addsPrefix, (ulong)removesSpaces);

    private static PipelineTokenizer Open(TemporaryFolder folder, byte[] file) =>
        Assert.IsType<PipelineTokenizer>(TokenizerFolder.Load(folder.Write("x.model", file)));

    private static void AssertConverts(ProtoFile file, params string[] texts)
    {
        using var folder = new TemporaryFolder();
        var original = Open(folder, file.Bytes);
        original.SaveTokenizerJson(folder.Path);
        var loaded = TokenizerFolder.Load(folder.Path);

        foreach (var text in texts)
            AssertSame(original, loaded, text);
        Gen.Char["abcthex<>/s0x41unké 漢▁\n"].Array[0, 40].Sample(units => AssertSame(original, loaded, new string(units)), iter: 1000);
    }

    private static void AssertSame(LlmTokenizer expected, LlmTokenizer actual, string text)
    {
        foreach (var policy in (SpecialTokenPolicy[])[SpecialTokenPolicy.AsText, SpecialTokenPolicy.Allow])
        {
            var ids = expected.Encode(text, policy);
            Assert.Equal(ids, actual.Encode(text, policy));
            Assert.Equal(expected.Decode(ids.AsSpan()), actual.Decode(ids.AsSpan()));
            Assert.Equal(expected.EncodeForModel(text).Ids, actual.EncodeForModel(text).Ids);
        }
    }
}
