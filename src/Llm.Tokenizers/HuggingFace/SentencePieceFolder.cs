namespace Llm.Tokenizers;

/// <summary>
/// Reads a SentencePiece model, alone or in a folder of Llama's and Gemma's kind with tokenizer_config.json and others as far as they
/// exist.
/// </summary>
internal static class SentencePieceFolder
{
    private const string Llama = "LlamaTokenizer";
    private const string Gemma = "GemmaTokenizer";

    // Other classes move ids, add tokens that the model lacks, or normalize in their own way.
    private static readonly string?[] KnownClasses = [null, Llama, Gemma, "PreTrainedTokenizer"];

    /// <exception cref="InvalidDataException">The files contradict each other or are not what their names say.</exception>
    /// <exception cref="NotSupportedException">The folder holds a tokenizer of another kind.</exception>
    public static PipelineTokenizer Read(string folder)
    {
        var settings = new TokenizerSettings(folder);
        if (!KnownClasses.Contains(settings.TokenizerClass))
            throw new NotSupportedException(
                $"{folder} has a SentencePiece model for the tokenizer class '{settings.TokenizerClass}' without tokenizer.json, which is "
                + $"not supported. Supported: {string.Join(", ", KnownClasses.OfType<string>())}.");
        return ReadFile(Path.Combine(folder, TokenizerFiles.SentencePieceModel), folder, settings);
    }

    /// <summary>Reads a model file that lies alone.</summary>
    /// <exception cref="InvalidDataException">It is not a SentencePiece model.</exception>
    public static PipelineTokenizer ReadFile(string path) => ReadFile(path, folder: null, new TokenizerSettings());

    /// <summary>Writes what <see cref="Read"/> reads.</summary>
    public static void Write(PipelineTokenizer tokenizer, byte[] model, string folder)
    {
        TokenizerFiles.Write(folder, TokenizerFiles.SentencePieceModel, stream => stream.Write(model));
        tokenizer.Settings.Write(folder, config => config["added_tokens_decoder"] = AddedTokenJson.ToDecoder(tokenizer.AddedTokens));
    }

    private static PipelineTokenizer ReadFile(string path, string? folder, TokenizerSettings settings)
    {
        try
        {
            return Build(File.ReadAllBytes(path), folder, settings);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or FormatException or InvalidDataException)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
    }

    private static PipelineTokenizer Build(byte[] file, string? folder, TokenizerSettings settings)
    {
        var parts = SentencePieceParts.Read(file);
        var added = FindSpecial(parts.Vocabulary);
        if (added.Any(token => token.Content == parts.Proto.BeginPiece))
            settings.SetDefaults(("bos_token", parts.Proto.BeginPiece));
        if (added.Any(token => token.Content == parts.Proto.EndPiece))
            settings.SetDefaults(("eos_token", parts.Proto.EndPiece));
        if (folder is not null)
        {
            var named = settings.FindAddedTokens(folder, parts.Vocabulary.Ids);
            added = [.. added.Where(token => named.All(other => other.Id != token.Id)).Concat(named).OrderBy(token => token.Id)];
        }
        // In transformers each part between special tokens starts with a space, unless the folder says that this is not wanted.
        var normalizer = settings.Flag("legacy") == false ? parts.Normalizer.ForWholeTexts() : parts.Normalizer;
        return new PipelineTokenizer(new TokenizerPipeline(parts.Model)
        {
            AddedTokens = added,
            Normalizer = normalizer,
            Decoder = parts.Decoder,
            SentencePieceModel = file,
        })
        {
            Settings = settings,
            Sections = new EncodingSections { PostProcessor = Surround(settings, added) },
        };
    }

    private static List<AddedToken> FindSpecial(SentencePieceVocabulary vocabulary) =>
    [
        .. from id in Enumerable.Range(0, vocabulary.Count)
           where vocabulary[id].Type is PieceType.Control or PieceType.Unknown
           select new AddedToken(vocabulary[id].Text, id),
    ];

    // As transformers does: Llama and Gemma start a text with a token, other models only if the folder says so.
    private static TemplatePostProcessor? Surround(TokenizerSettings settings, List<AddedToken> added)
    {
        var starts = settings.Flag("add_bos_token") ?? settings.TokenizerClass is Llama or Gemma;
        var ends = settings.Flag("add_eos_token") ?? false;
        if (!starts && !ends)
            return null;
        var tokens = new SortedDictionary<string, SpecialToken[]>(StringComparer.Ordinal);
        TemplatePiece[] before = starts ? [PieceOf("bos_token")] : [];
        TemplatePiece[] after = ends ? [PieceOf("eos_token")] : [];
        TemplatePiece[] first = [.. before, new(null, 0, 0), .. after];
        TemplatePiece[] second = [.. before.Select(OfSecond), new(null, 1, 1), .. after.Select(OfSecond)];
        return new TemplatePostProcessor(first, [.. first, .. second], tokens);

        TemplatePiece PieceOf(string role)
        {
            var token = added.Find(token => token.Content == settings.TokenOf(role)) ?? throw new FormatException(
                $"The {role} '{settings.TokenOf(role)}' is to be added, but the model has no such special token.");
            tokens[token.Content] = [new SpecialToken(token.Content, token.Id)];
            return new TemplatePiece(token.Content, -1, 0);
        }

        static TemplatePiece OfSecond(TemplatePiece piece) => piece with { TypeId = 1 };
    }
}
