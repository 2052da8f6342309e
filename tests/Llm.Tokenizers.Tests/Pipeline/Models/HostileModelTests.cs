using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers.Tests;

/// <summary>Files by strangers and texts without end: nothing crashes, hangs, or grows without bound.</summary>
public class HostileModelTests
{
    private const int Million = 1_000_000;
    private const long MaxBytes = 1 << 28;

    // What takes quadratic time would take hours; the limit leaves a slow machine its time.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static TheoryData<string, string> LongTexts => new()
    {
        { "one letter", new string('a', Million) },
        { "two letters", string.Concat(Enumerable.Repeat("ab", Million / 2)) },
        { "an unknown letter", new string('漢', Million) },
        { "spaces", new string(' ', Million) },
    };

    [Theory, MemberData(nameof(LongTexts))]
    public void Encode_AMillionCharactersInOnePiece_TakesLinearTime(string name, string text)
    {
        var doubled = Enumerable.Range(0, 6).Select(power => new string('a', 1 << power)).ToArray();
        var vocabulary = string.Join(',', doubled.Append("b").Append("ab").Append("?").Select((token, id) => $"\"{token}\":{id}"));
        var merges = string.Join(',', doubled[..^1].Select(token => $"[\"{token}\",\"{token}\"]").Append("[\"a\",\"b\"]"));
        var scores = string.Join(
            ',', doubled.Append("b").Append("ab").Select((token, id) => $"[\"{token}\",{-id}]").Prepend("[\"?\",0]"));
        TokenModel[] models =
        [
            Models.Read($$"""{"type":"BPE","unk_token":"?","vocab":{ {{vocabulary}} },"merges":[ {{merges}} ]}"""),
            Models.Read($$"""{"type":"Unigram","unk_id":0,"vocab":[ {{scores}} ]}"""),
            Models.Read($$"""
                {"unk_token":"?","continuing_subword_prefix":"","max_input_chars_per_word":9999999999,"vocab":{ {{vocabulary}} } }
                """),
            SentencePieceParts.Read(doubled.Append("ab").Aggregate(
                ProtoFile.Start(PieceAlgorithm.Bpe), (file, piece) => file.Piece(piece, -piece.Length)).Bytes).Model,
            SentencePieceParts.Read(doubled.Append("ab").Aggregate(
                ProtoFile.Start(PieceAlgorithm.Unigram), (file, piece) => file.Piece(piece, -piece.Length)).Bytes).Model,
        ];
        foreach (var model in models)
        {
            model.Encode(text[..10_000]);
            var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            Assert.Equal(text.Length, model.Encode(text).Sum(token => token.Length));
            Assert.True(watch.Elapsed < Limit, $"{model.GetType().Name} took {watch.Elapsed} for {name}.");
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{model.GetType().Name}, {name}: {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds:F0} ms of processor time");
        }
    }

    [Fact]
    public void Apply_AMillionCharacters_TakesLinearTime()
    {
        var normalizer = SentencePieceParts.Read(ProtoFile.Start(PieceAlgorithm.Bpe).Message(3, ProtoFile.Number(4, 1)).Bytes).Normalizer;
        var watch = Stopwatch.StartNew();

        Assert.Equal("", normalizer.Apply(new AlignedText(new string(' ', Million))).Text);
        Assert.Equal("a", normalizer.Apply(new AlignedText("a" + new string(' ', Million))).Text);
        Assert.True(watch.Elapsed < Limit);
    }

    [Theory]
    [InlineData("""{"type":"Unigram","vocab":[["LONG",0]]}""")]
    [InlineData("""{"unk_token":"u","continuing_subword_prefix":"","max_input_chars_per_word":9,"vocab":{"u":0,"LONG":1}}""")]
    [InlineData("""{"type":"BPE","continuing_subword_prefix":"LONG","vocab":{},"merges":[]}""")]
    public void Read_TokenWithoutEnd_IsRefused(string json) => Assert.Contains(
        "at most", Assert.Throws<InvalidDataException>(
            () => Models.Read(json.Replace("LONG", new string('a', 5000), StringComparison.Ordinal))).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_DamagedSections_AreReadOrRefused()
    {
        var random = new Random(5);
        string[] models =
            [.. Golden.Cases(Golden.Folder("models", "cases.json")).Select(golden => golden.GetProperty("model").GetRawText())];
        for (var round = 0; round < 3000; round++)
        {
            var json = JsonNode.Parse(models[random.Next(models.Length)])!;
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                Damage(json, random);
            UseAsStranger(() => Models.Read(json.ToJsonString()), $"round {round}");
        }
    }

    [Fact]
    public void Read_DamagedSentencePieceModels_AreReadOrRefused()
    {
        var random = new Random(6);
        byte[][] files =
            [.. Directory.GetFiles(Golden.Folder("sentencepiece"), "*.model", SearchOption.AllDirectories).Select(File.ReadAllBytes)];
        for (var round = 0; round < 600; round++)
        {
            byte[] file = [.. files[random.Next(files.Length)]];
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                file[random.Next(random.Next(2) == 0 ? file.Length : 400)] ^= (byte)(1 << random.Next(8));
            if (random.Next(4) == 0)
                file = file[..random.Next(file.Length)];
            UseAsStranger(() => ReadPieces(file), $"round {round}");
        }
    }

    private static SentencePieceModel ReadPieces(byte[] file)
    {
        var parts = SentencePieceParts.Read(file);
        var text = parts.Normalizer.Apply(new AlignedText("  Hello ½ ﷺ \t\r\n漢字 😀 "));
        parts.Decoder.Decode([.. parts.Model.Tokens(text.Text).Select(token => token!)]);
        return parts.Model;
    }

    private static void UseAsStranger(Func<TokenModel> read, string round)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        try
        {
            var model = read();
            foreach (var text in (string[])["", "abc", "  a漢字é😀▁\0 <unk>", new string('a', 500)])
                model.Encode(text);
            for (var id = 0; id < model.VocabSize; id++)
                model.TokenToId(model.IdToToken(id) ?? "");
        }
        catch (Exception error)
        {
            Assert.True(error is InvalidDataException or NotSupportedException or ArgumentException, $"{round}: {error}");
        }
        Assert.True(watch.Elapsed < Limit, round);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MaxBytes, round);
    }

    private static void Damage(JsonNode json, Random random)
    {
        var at = json;
        while (at is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            var children = at is JsonObject named ? named.Select(child => child.Value).ToList() : [.. (JsonArray)at];
            var index = random.Next(children.Count);
            if (children[index] is (JsonObject or JsonArray) and { } child && random.Next(4) > 0)
            {
                at = child;
                continue;
            }
            var other = Replacement(random);
            if (at is JsonArray list)
                list[index] = other;
            else if (random.Next(3) == 0)
                ((JsonObject)at).Remove(((JsonObject)at).ElementAt(index).Key);
            else
                ((JsonObject)at)[((JsonObject)at).ElementAt(index).Key] = other;
            return;
        }
    }

    private static JsonNode? Replacement(Random random) => random.Next(14) switch
    {
        0 => null,
        1 => -1,
        2 => int.MaxValue,
        3 => long.MinValue,
        4 => 1e300,
        5 => 0.5,
        6 => "",
        7 => "a",
        8 => new string('é', 3000),
        9 => new JsonArray(),
        10 => new JsonObject(),
        11 => true,
        12 => new JsonArray("a", "b"),
        _ => random.Next(100),
    };
}
