using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>What turns a piece of text into ids; the section model of tokenizer.json. Safe for several threads at once.</summary>
internal abstract class TokenModel
{
    /// <summary>The model that the section model of a tokenizer.json describes.</summary>
    /// <exception cref="InvalidDataException">The section contradicts itself or lacks a part.</exception>
    /// <exception cref="NotSupportedException">It asks for something that is not supported; the message names it.</exception>
    public static TokenModel Read(JsonElement json) => TokenModelJson.Read(json);

    /// <summary>One more than the largest id.</summary>
    public abstract int VocabSize { get; }

    /// <summary>The raw form of a token; null for an id without a token.</summary>
    public abstract string? IdToToken(int id);

    /// <summary>The id of a token in its raw form; null where there is no such token.</summary>
    public abstract int? TokenToId(string token);

    /// <summary>Appends the tokens of a piece, in order.</summary>
    public abstract void Encode(string piece, List<ModelToken> tokens);

    /// <summary>How a token of a piece is spelled where that is not the vocabulary's way; null where it is.</summary>
    public virtual string? Spell(ModelToken token, string piece) => null;

    /// <summary>The section of tokenizer.json that reads as this model.</summary>
    public abstract JsonObject ToJson();
}

/// <summary>A token of a piece.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Start">Where its part of the piece starts, in UTF-16 units.</param>
/// <param name="Length">How long its part is; tokens that share the bytes of one character all have that character.</param>
internal readonly record struct ModelToken(int Id, int Start, int Length);
