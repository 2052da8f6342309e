namespace Llm.Tokenizers;

/// <summary>
/// Reads a SentencePiece model, alone or in a folder of Llama's, Gemma's, T5's, XLM-RoBERTa's or ALBERT's kind with tokenizer_config.json
/// and others as far as they exist.
/// </summary>
internal static class SentencePieceFolder
{
    private static readonly string[] Files =
        [TokenizerFiles.SentencePieceModel, TokenizerFiles.ShortSentencePieceModel, TokenizerFiles.FairseqSentencePieceModel];

    /// <summary>The model's file in a folder; null where there is none.</summary>
    public static string? FindFile(string folder) => Array.Find(Files, name => File.Exists(Path.Combine(folder, name)));

    /// <exception cref="InvalidDataException">The files contradict each other or are not what their names say.</exception>
    /// <exception cref="NotSupportedException">The folder holds a tokenizer of another kind.</exception>
    public static PipelineTokenizer Read(string folder, string file)
    {
        var settings = new TokenizerSettings(folder);
        var name = settings.TokenizerClass;
        // Other classes move ids, add tokens that the model lacks, or normalize in their own way.
        var kind = SentencePieceClass.Known.FirstOrDefault(known => known.Name == name)
            ?? (name is "PreTrainedTokenizer" || (name is null && file == TokenizerFiles.SentencePieceModel)
                ? SentencePieceClass.Llama
                : throw new NotSupportedException(Refusal(folder, file, name)));
        return ReadFile(Path.Combine(folder, file), kind, folder, settings);
    }

    /// <summary>Reads a model file that lies alone.</summary>
    /// <exception cref="InvalidDataException">It is not a SentencePiece model.</exception>
    public static PipelineTokenizer ReadFile(string path) =>
        ReadFile(path, SentencePieceClass.Llama, folder: null, new TokenizerSettings());

    /// <summary>Writes what <see cref="Read"/> reads.</summary>
    public static void Write(PipelineTokenizer tokenizer, SentencePieceFile model, string folder)
    {
        TokenizerFiles.Write(folder, model.Name, stream => stream.Write(model.Content));
        tokenizer.Settings.Write(folder, config =>
        {
            if (tokenizer.Settings.TokenizerClass is { } name)
                config["tokenizer_class"] = name; // which config.json may have told, that is not written
            config["added_tokens_decoder"] = AddedTokenJson.ToDecoder(tokenizer.AddedTokens);
        });
    }

    private static string Refusal(string folder, string file, string? name)
    {
        var supported = $"Supported: {string.Join(", ", SentencePieceClass.Known.Select(known => known.Name))}.";
        return name is null
            ? $"{folder} has {file}, but nothing says which ids and special tokens go with it. Set tokenizer_class in "
                + $"{TokenizerFiles.TokenizerConfig}. {supported}"
            : $"{folder} has a SentencePiece model for the tokenizer class '{name}' without tokenizer.json, which is not supported. "
                + supported;
    }

    private static PipelineTokenizer ReadFile(string path, SentencePieceClass kind, string? folder, TokenizerSettings settings)
    {
        try
        {
            return Build(File.ReadAllBytes(path), kind, folder, settings);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or FormatException or InvalidDataException)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
    }

    private static PipelineTokenizer Build(byte[] file, SentencePieceClass kind, string? folder, TokenizerSettings settings)
    {
        var parts = SentencePieceParts.Read(file);
        var model = kind.Model(parts);
        var special = FindSpecial(parts.Vocabulary, model);
        settings.SetDefaults(kind.Roles);
        if (special.Exists(token => token.Content == parts.Proto.BeginPiece))
            settings.SetDefaults(("bos_token", parts.Proto.BeginPiece));
        if (special.Exists(token => token.Content == parts.Proto.EndPiece))
            settings.SetDefaults(("eos_token", parts.Proto.EndPiece));
        var added = folder is null ? special : FindAdded(folder, settings, special, model, kind);
        // In transformers each part between special tokens starts with a space, unless the folder says that this is not wanted.
        var normalizer = settings.Flag("legacy") == false ? parts.Normalizer.ForWholeTexts() : parts.Normalizer;
        return new PipelineTokenizer(new TokenizerPipeline(model)
        {
            AddedTokens = added,
            Normalizer = kind.Normalize(normalizer, settings),
            Decoder = kind.ShowsSpecialTokens ? parts.Decoder.ShowingSpecial() : parts.Decoder,
            SentencePiece = new SentencePieceFile(kind.File, file),
        })
        {
            Settings = settings,
            Sections = new EncodingSections { PostProcessor = Surround(kind, settings, added) },
        };
    }

    private static List<AddedToken> FindSpecial(SentencePieceVocabulary vocabulary, TokenModel model) =>
    [
        .. from id in Enumerable.Range(0, vocabulary.Count)
           where vocabulary[id].Type is PieceType.Control or PieceType.Unknown
           select new AddedToken(vocabulary[id].Text, model.TokenToId(vocabulary[id].Text)!.Value),
    ];

    private static List<AddedToken> FindAdded(
        string folder, TokenizerSettings settings, List<AddedToken> special, TokenModel model, SentencePieceClass kind)
    {
        var ids = Enumerable.Range(0, model.VocabSize).Select(id => (Token: model.IdToToken(id), Id: id))
            .Where(token => token.Token is not null).DistinctBy(token => token.Token)
            .ToDictionary(token => token.Token!, token => token.Id);
        var named = settings.FindAddedTokens(folder, ids, [.. kind.MoreTokens(model, settings)]);
        return [.. special.Where(token => named.TrueForAll(other => other.Id != token.Id)).Concat(named).OrderBy(token => token.Id)];
    }

    // As transformers does: Llama and Gemma start a text with a token, other models only if the folder says so.
    private static TemplatePostProcessor? Surround(SentencePieceClass kind, TokenizerSettings settings, List<AddedToken> added)
    {
        var starts = settings.Flag("add_bos_token") ?? SentencePieceClass.Known.Any(known => known.Name == settings.TokenizerClass);
        var ends = settings.Flag("add_eos_token") ?? false;
        if (kind.Single is null && !starts && !ends)
            return null;
        string[] before = starts ? ["bos_token"] : [], after = ends ? ["eos_token"] : [];
        var single = kind.Single ?? [.. before, "text", .. after];
        var pair = kind.Pair ?? [.. single, .. before, "pair", .. after];
        var firstLength = kind.Pair is null ? single.Length : Array.IndexOf(pair, "pair");
        var tokens = new SortedDictionary<string, SpecialToken[]>(StringComparer.Ordinal);
        var secondType = kind.Pair is null || kind.PairHasType ? 1 : 0;
        return new TemplatePostProcessor(
            Array.ConvertAll(single, part => PieceOf(part, 0)),
            [.. pair.Select((part, i) => PieceOf(part, i < firstLength ? 0 : secondType))],
            tokens);

        TemplatePiece PieceOf(string part, int type)
        {
            if (part is "text" or "pair")
                return new TemplatePiece(null, part == "text" ? 0 : 1, type);
            var content = settings.TokenOf(part);
            var token = added.Find(token => token.Content == content) ?? throw new FormatException(
                $"The {part} '{content}' is to be added, but the model has no such special token.");
            tokens[token.Content] = [new SpecialToken(token.Content, token.Id)];
            return new TemplatePiece(token.Content, -1, type);
        }
    }
}
