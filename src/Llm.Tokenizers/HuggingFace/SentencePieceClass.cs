namespace Llm.Tokenizers;

/// <summary>
/// What a class of transformers makes of a SentencePiece model: its own ids, more tokens, other steps before, tokens around a text. As the
/// slow tokenizers of transformers 4 have it, which call SentencePiece itself.
/// </summary>
/// <param name="Name">Its name in tokenizer_config.json.</param>
/// <param name="File">What it calls the model's file.</param>
/// <param name="Roles">The tokens that it has unless the folder says otherwise.</param>
internal sealed record SentencePieceClass(string Name, string File, params (string Role, string Token)[] Roles)
{
    private const int MostExtraIds = 1000;

    /// <summary>Llama, Gemma, Mistral and others that leave the model as it is.</summary>
    public static SentencePieceClass Llama { get; } = new("LlamaTokenizer", TokenizerFiles.SentencePieceModel);

    public static SentencePieceClass T5 { get; } = new(
        "T5Tokenizer", TokenizerFiles.ShortSentencePieceModel, ("eos_token", "</s>"), ("unk_token", "<unk>"), ("pad_token", "<pad>"))
    {
        Single = ["text", "eos_token"],
        Pair = ["text", "eos_token", "pair", "eos_token"],
        MoreTokens = FindExtraIds,
        ShowsSpecialTokens = true,
    };

    public static SentencePieceClass XlmRoberta { get; } = new(
        "XLMRobertaTokenizer", TokenizerFiles.FairseqSentencePieceModel, ("bos_token", "<s>"), ("eos_token", "</s>"),
        ("unk_token", "<unk>"), ("sep_token", "</s>"), ("pad_token", "<pad>"), ("cls_token", "<s>"), ("mask_token", "<mask>"))
    {
        Single = ["cls_token", "text", "sep_token"],
        Pair = ["cls_token", "text", "sep_token", "sep_token", "pair", "sep_token"],
        Model = parts => new FairseqModel(parts.Model),
        MoreTokens = FindMask,
        ShowsSpecialTokens = true,
    };

    public static SentencePieceClass Albert { get; } = new(
        "AlbertTokenizer", TokenizerFiles.ShortSentencePieceModel, ("bos_token", "[CLS]"), ("eos_token", "[SEP]"), ("unk_token", "<unk>"),
        ("sep_token", "[SEP]"), ("pad_token", "<pad>"), ("cls_token", "[CLS]"), ("mask_token", "[MASK]"))
    {
        Single = ["cls_token", "text", "sep_token"],
        Pair = ["cls_token", "text", "sep_token", "pair", "sep_token"],
        PairHasType = true,
        Model = parts => new AlbertModel(parts.Model, parts.Normalizer),
        Normalize = AlbertSteps,
        MoreTokens = FindMask,
        ShowsSpecialTokens = true,
    };

    /// <summary>All classes that have names and files of their own.</summary>
    public static IReadOnlyList<SentencePieceClass> Known { get; } =
        [Llama, Llama with { Name = "GemmaTokenizer" }, T5, T5 with { Name = "MT5Tokenizer" }, XlmRoberta, Albert];

    /// <summary>What stands around a text: roles, and the text itself; null where settings say it.</summary>
    public string[]? Single { get; init; }

    public string[]? Pair { get; init; }

    /// <summary>The second text and what ends it have the type 1.</summary>
    public bool PairHasType { get; init; }

    /// <summary>Decodes control and unknown pieces as they are spelled, unless special tokens are left out.</summary>
    public bool ShowsSpecialTokens { get; init; }

    public Func<SentencePieceParts, TokenModel> Model { get; init; } = parts => parts.Model;

    public Func<SentencePieceNormalizer, TokenizerSettings, TextNormalizer> Normalize { get; init; } = (normalizer, _) => normalizer;

    /// <summary>Added tokens that are not named by settings, or not with all that they are.</summary>
    public Func<TokenModel, TokenizerSettings, IEnumerable<AddedToken>> MoreTokens { get; init; } = (_, _) => [];

    // <extra_id_0> has the largest id, and takes the spaces around it. They may be named in additional_special_tokens as well.
    private static IEnumerable<AddedToken> FindExtraIds(TokenModel model, TokenizerSettings settings)
    {
        var count = settings.Count("extra_ids", ifMissing: 100, MostExtraIds);
        return Enumerable.Range(0, count).Select(
            i => new AddedToken($"<extra_id_{i}>", model.VocabSize + count - 1 - i) { StripsLeft = true, StripsRight = true });
    }

    // It stands for a word with the space before it.
    private static IEnumerable<AddedToken> FindMask(TokenModel model, TokenizerSettings settings) =>
        settings.TokenOf("mask_token") is { } mask && model.TokenToId(mask) is { } id
            ? [new AddedToken(mask, id) { StripsLeft = true }]
            : [];

    private static SequenceNormalizer AlbertSteps(SentencePieceNormalizer normalizer, TokenizerSettings settings)
    {
        List<TextNormalizer> steps =
        [
            new ReplaceNormalizer(TextPattern.FromString("``"), "\""),
            new ReplaceNormalizer(TextPattern.FromString("''"), "\""),
        ];
        if (settings.Flag("remove_space") ?? true)
            steps.InsertRange(0, [new StripNormalizer(true, true), new ReplaceNormalizer(TextPattern.FromRegex(@"[\x1C-\x1F\s]+"), " ")]);
        if (settings.Flag("keep_accents") != true)
            steps.AddRange([new UnicodeNormalizer("NFKD"), new StripAccentsNormalizer()]);
        if (settings.Flag("do_lower_case") ?? true)
            steps.Add(new LowercaseNormalizer());
        steps.Add(normalizer);
        return new SequenceNormalizer(steps);
    }
}
