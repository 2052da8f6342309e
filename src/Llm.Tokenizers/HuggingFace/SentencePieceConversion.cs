using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// A SentencePiece model in the parts of tokenizer.json, as far as these give the same ids and texts. What they cannot state is refused:
/// the format's rewriting rules (Precompiled) go by grapheme clusters, and lose marks that SentencePiece keeps.
/// </summary>
internal static class SentencePieceConversion
{
    private const string Space = "▁";
    private const int AllSpaces = 1_000_000;
    private const string KeptSpace = "\uFDD0"; // a noncharacter, which no text may hold

    /// <exception cref="NotSupportedException">tokenizer.json cannot state the tokenizer; the message says why.</exception>
    public static PipelineTokenizer ToParts(PipelineTokenizer tokenizer)
    {
        var parts = SentencePieceParts.Read(tokenizer.Parts.SentencePiece!.Content);
        if (FindObstacle(tokenizer, parts) is { } obstacle)
            throw CannotState(obstacle);
        var (vocabulary, proto) = (parts.Vocabulary, parts.Proto);
        IEnumerable<AddedToken> userDefined = proto.Algorithm == PieceAlgorithm.Bpe
            ? IdsOf(vocabulary, PieceType.UserDefined).Where(id => !IsCharacter(vocabulary[id].Text))
                .Select(id => new AddedToken(vocabulary[id].Text, id) { IsSpecial = false, IsNormalized = true })
            : [];
        var converted = new PipelineTokenizer(new TokenizerPipeline(SentencePieceModelConversion.Convert(proto, vocabulary))
        {
            AddedTokens = [.. tokenizer.AddedTokens, .. userDefined],
            Normalizer = ConvertNormalizer(proto.Normalization),
            Decoder = ConvertDecoder(parts),
        })
        {
            Settings = tokenizer.Settings,
            Sections = tokenizer.Sections,
        };
        Check(tokenizer, converted, vocabulary);
        return converted;
    }

    private static NotSupportedException CannotState(string obstacle) => new(
        $"tokenizer.json cannot state this SentencePiece model: {obstacle}. Keep its .model file, which Save writes.");

    private static string? FindObstacle(PipelineTokenizer tokenizer, SentencePieceParts parts)
    {
        var (options, proto) = (parts.Proto.Normalization, parts.Proto);
        var keepsPlaces = !options.AddsDummyPrefix && !options.RemovesExtraSpaces;
        return 0 switch
        {
            _ when tokenizer.Parts.Model is not SentencePieceModel => $"{tokenizer.Settings.TokenizerClass} has rules of its own",
            _ when options.CharsMap.Length > 0 || proto.Denormalization.CharsMap.Length > 0 =>
                "its normalizer has rules that rewrite characters, which the format applies to grapheme clusters",
            _ when proto.Algorithm is PieceAlgorithm.Word or PieceAlgorithm.Char =>
                $"the format has no model of the kind {proto.Algorithm}",
            _ when proto.SpacesAreSuffixes => "spaces end its words (treat_whitespace_as_suffix)",
            _ when !options.EscapesSpaces => "spaces stay as they are (escape_whitespaces is false)",
            _ when options.AddsDummyPrefix && tokenizer.Settings.Flag("legacy") == false =>
                "a space is added only to the beginning of a text (legacy is false)",
            _ when proto.Algorithm == PieceAlgorithm.Bpe && !keepsPlaces && FindUserDefinedWord(parts.Vocabulary) is { } word =>
                $"its user-defined piece '{word}' would get a space behind it",
            _ => FindObstacle(parts.Vocabulary, options, proto.Algorithm),
        };
    }

    private static string? FindUserDefinedWord(SentencePieceVocabulary vocabulary) =>
        IdsOf(vocabulary, PieceType.UserDefined).Select(id => vocabulary[id].Text).FirstOrDefault(text => !IsCharacter(text));

    private static string? FindObstacle(SentencePieceVocabulary vocabulary, PieceNormalization options, PieceAlgorithm algorithm)
    {
        if (options.AddsDummyPrefix && vocabulary.FindInText(Space) is null)
            return $"the space '{Space}' is no piece";
        for (var id = 0; id < vocabulary.Count; id++)
        {
            var (text, type) = (vocabulary[id].Text, vocabulary[id].Type);
            if (type == PieceType.Unused || text.Contains(' ') || text.Contains(KeptSpace))
                return $"the piece '{text}' is unused, or has a space in it";
            if (options.RemovesExtraSpaces && text.StartsWith("▁▁", StringComparison.Ordinal))
                return $"the piece '{text}' has two spaces, though extra ones are removed (remove_extra_whitespaces)";
            if (!vocabulary.IsInText(id) && IsCharacter(text))
                return $"the piece '{text}' is a character that no text becomes";
            if (type != PieceType.Byte && ByteFallback.ByteOf(text) is not null)
                return $"the piece '{text}' is spelled like a byte";
            if (algorithm == PieceAlgorithm.Bpe && type != PieceType.Normal)
                continue; // characters never join to such a piece
            foreach (var character in text.EnumerateRunes())
            {
                if (vocabulary.FindInText(character.ToString()) is null)
                    return $"the character '{character}' of the piece '{text}' is no piece itself";
            }
        }
        return null;
    }

    private static SequenceNormalizer ConvertNormalizer(PieceNormalization options)
    {
        var steps = new List<TextNormalizer>();
        if (options.RemovesExtraSpaces)
        {
            // At the end, a ▁ that the text has goes with the spaces.
            steps.Add(new ReplaceNormalizer(TextPattern.FromRegex(@"\A +|[ ▁]+\z"), ""));
            steps.Add(new ReplaceNormalizer(TextPattern.FromRegex(" {2,}"), " "));
        }
        if (options.AddsDummyPrefix)
            steps.Add(new PrependNormalizer(Space));
        steps.Add(new ReplaceNormalizer(TextPattern.FromString(" "), Space));
        return new SequenceNormalizer(steps);
    }

    private static SequenceDecoder ConvertDecoder(SentencePieceParts parts)
    {
        var (options, vocabulary) = (parts.Proto.Normalization, parts.Vocabulary);
        var steps = new List<TokenDecoder>();
        foreach (var id in IdsOf(vocabulary, PieceType.Control))
            steps.Add(new ReplaceDecoder(WholeToken(vocabulary[id].Text), ""));
        // The space that the unknown piece starts with is none of those that are stripped.
        var unknown = parts.Proto.UnknownSurface;
        var keepsSpace = unknown.StartsWith(' ');
        steps.Add(new ReplaceDecoder(
            WholeToken(vocabulary[vocabulary.UnknownId].Text), keepsSpace ? $"{KeptSpace}{unknown[1..]}" : unknown));
        steps.Add(new ReplaceDecoder(TextPattern.FromString(Space), " "));
        if (parts.Proto.FallsBackToBytes)
            steps.Add(new ByteFallbackDecoder());
        steps.Add(new FuseDecoder());
        if (options.AddsDummyPrefix || options.RemovesExtraSpaces)
            steps.Add(new StripDecoder(new Rune(' '), options.RemovesExtraSpaces ? AllSpaces : 1, 0));
        if (keepsSpace)
            steps.Add(new ReplaceDecoder(TextPattern.FromString(KeptSpace), " "));
        return new SequenceDecoder(steps);
    }

    private static TextPattern WholeToken(string token)
    {
        var regex = new StringBuilder(@"\A");
        foreach (var character in token.EnumerateRunes())
            regex.Append(Rune.IsLetterOrDigit(character) ? character.ToString() : $@"\x{{{character.Value:X}}}");
        return TextPattern.FromRegex(regex.Append(@"\z").ToString());
    }

    private static IEnumerable<int> IdsOf(SentencePieceVocabulary vocabulary, PieceType type) =>
        Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary[id].Type == type);

    private static bool IsCharacter(string text) => Rune.DecodeFromUtf16(text, out _, out var length) == 0 && length == text.Length;

    // The two kinds of BPE take joins in another order where several make one piece, which pieces that overlap themselves would show.
    private static void Check(PipelineTokenizer original, PipelineTokenizer converted, SentencePieceVocabulary vocabulary)
    {
        for (var id = 0; id < vocabulary.Count; id++)
        {
            if (!vocabulary.IsInText(id))
                continue;
            var text = vocabulary[id].Text.Replace('▁', ' ');
            foreach (var probe in (string[])[text, $"{text}{text}", $"{text}{text[..(text.Length / 2)]}"])
            {
                if (!original.Encode(probe).AsSpan().SequenceEqual(converted.Encode(probe)))
                    throw CannotState($"its BPE would cut '{probe}' in another way");
            }
        }
    }
}
