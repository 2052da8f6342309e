namespace Llm.Tokenizers;

/// <summary>
/// Reads folders of BERT's kind: vocab.txt with a token on each line, and tokenizer_config.json and others as far as they exist.
/// </summary>
internal static class WordPieceFolder
{
    private const string Prefix = "##";
    private const ulong MaxCharacters = 100;

    private static readonly string?[] KnownClasses =
        [null, "BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer"];

    /// <exception cref="InvalidDataException">The files contradict each other or are not what their names say.</exception>
    /// <exception cref="NotSupportedException">The folder holds a tokenizer of another kind.</exception>
    public static PipelineTokenizer Read(string folder)
    {
        var settings = new TokenizerSettings(folder);
        if (!KnownClasses.Contains(settings.TokenizerClass))
            throw new NotSupportedException(
                $"{folder} has {TokenizerFiles.WordList} for the tokenizer class '{settings.TokenizerClass}', which is not supported. "
                + $"Supported: {string.Join(", ", KnownClasses.OfType<string>())}.");
        try
        {
            return Read(folder, settings);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{folder}: {error.Message}", error);
        }
        catch (NotSupportedException error)
        {
            throw new NotSupportedException($"{folder}: {error.Message}", error);
        }
    }

    private static PipelineTokenizer Read(string folder, TokenizerSettings settings)
    {
        if (settings.Flag("do_basic_tokenize") == false)
            throw new NotSupportedException("do_basic_tokenize is false, which is not supported. Remove it.");
        if (settings.HasAny("never_split"))
            throw new NotSupportedException("never_split lists tokens, which is not supported. Make them additional_special_tokens.");
        settings.SetDefaults(
            ("unk_token", "[UNK]"), ("sep_token", "[SEP]"), ("pad_token", "[PAD]"), ("cls_token", "[CLS]"), ("mask_token", "[MASK]"));
        var ids = ReadWords(Path.Combine(folder, TokenizerFiles.WordList));
        var added = settings.FindAddedTokens(folder, ids);
        var unknown = settings.TokenOf("unk_token") ?? throw new FormatException("unk_token is not a token.");
        return new PipelineTokenizer(
            new TokenizerPipeline(new WordPieceModel(new ModelVocabulary(ids), unknown, Prefix, MaxCharacters))
            {
                AddedTokens = added,
                Normalizer = new BertNormalizer(
                    cleansText: true, settings.Flag("tokenize_chinese_chars") ?? true, settings.Flag("strip_accents"),
                    settings.Flag("do_lower_case") ?? true),
                PreTokenizer = new BertPreTokenizer(),
                Decoder = new WordPieceDecoder(Prefix, cleansUp: true),
            })
        {
            Settings = settings,
            Sections = new EncodingSections { PostProcessor = Surround(TokenOf("cls_token"), TokenOf("sep_token")) },
        };

        SpecialToken TokenOf(string role) => added.Find(token => token.Content == settings.TokenOf(role)) is { } token
            ? new SpecialToken(token.Content, token.Id)
            : throw new FormatException($"The {role} '{settings.TokenOf(role)}' is not a special token.");
    }

    // The id of a token is the number of its line; where a token comes again, the later line counts.
    private static Dictionary<string, int> ReadWords(string path)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (line, token) in File.ReadLines(path).Index())
            ids[token] = line;
        return ids.Count > 0 ? ids : throw new FormatException($"{TokenizerFiles.WordList} is empty.");
    }

    private static TemplatePostProcessor Surround(SpecialToken start, SpecialToken end)
    {
        TemplatePiece first = new(null, 0, 0), second = new(null, 1, 1);
        TemplatePiece starts = new(start.Content, -1, 0), ends = new(end.Content, -1, 0), endsSecond = new(end.Content, -1, 1);
        var tokens = new SortedDictionary<string, SpecialToken[]>(StringComparer.Ordinal)
        {
            [start.Content] = [start],
            [end.Content] = [end],
        };
        return new TemplatePostProcessor([starts, first, ends], [starts, first, ends, second, endsSecond], tokens);
    }
}
