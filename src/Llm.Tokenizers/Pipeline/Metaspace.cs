using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>SentencePiece's visible space, as the pre-tokenizer writes it and the decoder takes it back.</summary>
/// <param name="Replacement">What stands for a space, by custom ▁.</param>
/// <param name="PrependScheme">always, first or never: whether one more goes before a text.</param>
/// <param name="Splits">Whether a piece starts at each.</param>
internal sealed record Metaspace(Rune Replacement, string PrependScheme, bool Splits)
{
    public const string Always = "always";
    public const string First = "first";
    public const string Never = "never";

    public static Metaspace Read(JsonElement section)
    {
        var scheme = section.Find("prepend_scheme") is null ? Always : section.Text("prepend_scheme");
        if (scheme is not (Always or First or Never))
            throw new FormatException($"prepend_scheme of Metaspace is '{scheme}'; it must be always, first or never.");
        // Files before prepend_scheme say the same with add_prefix_space; both together must agree, as in the reference.
        if (!section.Flag("add_prefix_space", ifMissing: true) && scheme != Never)
            throw new FormatException($"Metaspace has add_prefix_space false, but prepend_scheme {scheme}; the two must agree.");
        return new Metaspace(section.Character("replacement"), scheme, section.Flag("split", ifMissing: true));
    }

    public JsonObject ToJson() => new()
    {
        ["type"] = "Metaspace",
        ["replacement"] = Replacement.ToString(),
        ["prepend_scheme"] = PrependScheme,
        ["split"] = Splits,
    };
}
