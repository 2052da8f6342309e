using System.Collections.Frozen;
using System.Text.Json;
using static Llm.Sampling.Tests.GoldenCases;

namespace Llm.Sampling.Tests;

public sealed class GeneratedTextTests
{
    private static readonly FrozenSet<int> Special = [0];

    public static TheoryData<string> Criteria() =>
        [.. All("generation", "stop.json").Keys.Where(name => name.StartsWith("criterion-", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Criteria))]
    public void Append_GoldenCriterion_StopsWhereTheReferenceDoes(string name)
    {
        var @case = All("generation", "stop.json")[name];
        var options = HuggingFaceOptions.Parse(@case.GetProperty("options"));
        var ids = @case.Ids("ids");

        var stops = ids.Select((id, i) =>
        {
            var text = new GeneratedText(MobyMini.Tokenizer, Special, options, ids[..i]);
            text.Append(id);
            return text.HasStopped;
        });

        Assert.Equal(@case.GetProperty("stops_after").EnumerateArray().Select(value => value.ValueKind == JsonValueKind.True), stops);
    }

    [Fact]
    public void Append_StopStringOverTokenBorders_IsHeldBackAndCutOff()
    {
        var options = new GenerationOptions { StopStrings = [", and a", "ale, and the"], TrimStopStrings = true };

        Assert.Equal(" the wh", string.Concat(Pieces(" the whale, and the ship", options)));
    }

    [Fact]
    public void Append_StopStringBeginsButDoesNotCome_ComesOutAfterAll()
    {
        const string Text = " the whale, and the ship, an";

        Assert.Equal(Text, string.Concat(Pieces(Text, new GenerationOptions { StopStrings = [", and a"], TrimStopStrings = true })));
    }

    [Fact]
    public void Append_StopStringBeginsInThePrompt_CutsOffAllThatIsNew()
    {
        var options = new GenerationOptions { StopStrings = ["the whale"], TrimStopStrings = true };
        var text = new GeneratedText(MobyMini.Tokenizer, Special, options, [.. MobyMini.Tokenizer.EncodeToIds("see the")]);

        Assert.Equal("", string.Concat(MobyMini.Tokenizer.EncodeToIds(" whale").Select(text.Append)) + text.Flush());
        Assert.True(text.HasStopped);
    }

    [Fact]
    public void Append_CharacterBeginsInThePrompt_ComesOutWhole()
    {
        var text = new GeneratedText(MobyMini.Tokenizer, Special, new GenerationOptions(), [33, 173, 254, 239]);

        Assert.Equal("🐋", text.Append(234));
    }

    [Fact]
    public void Append_SpecialTokenAsStopString_StopsWithoutShowingIt()
    {
        foreach (var trims in new[] { true, false })
        {
            var text = new GeneratedText(
                MobyMini.Tokenizer, Special, new GenerationOptions { StopStrings = [".<|endoftext|>"], TrimStopStrings = trims }, []);

            Assert.Equal(trims ? "A" : "A.", text.Append(33) + text.Append(14) + text.Append(0) + text.Flush());
            Assert.True(text.HasStopped);
        }
    }

    [Fact]
    public void Append_StringsThatOverlap_FindsEachAtItsEnd()
    {
        const string Letters = "abababcabababdabababcbcabcab";
        string[] strings = ["ababc", "babd", "cab"];
        var matcher = new StopStringMatcher(strings);

        var found = Letters.Select(matcher.Append).ToArray();

        for (var i = 0; i < Letters.Length; i++)
        {
            var end = Letters[..(i + 1)];
            Assert.Equal(strings.Where(end.EndsWith).Select(text => text.Length).DefaultIfEmpty(0).Max(), found[i]);
        }
    }

    private static List<string> Pieces(string whole, GenerationOptions options)
    {
        var text = new GeneratedText(MobyMini.Tokenizer, Special, options, []);
        var pieces = new List<string>();
        foreach (var id in MobyMini.Tokenizer.EncodeToIds(whole))
        {
            pieces.Add(text.Append(id));
            if (text.HasStopped)
                break;
        }
        pieces.Add(text.Flush());
        return pieces;
    }
}
