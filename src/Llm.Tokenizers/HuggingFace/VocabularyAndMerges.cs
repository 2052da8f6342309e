namespace Llm.Tokenizers;

/// <summary>
/// Reads folders of GPT-2's and RoBERTa's kind: vocab.json and merges.txt, with tokenizer_config.json and others as far as they exist.
/// </summary>
internal static class VocabularyAndMerges
{
    private const string Roberta = "RobertaTokenizer";

    // Other classes build their vocabulary differently, or put other tokens around the text.
    private static readonly string?[] KnownClasses = [null, "GPT2Tokenizer", Roberta, "PreTrainedTokenizer", "TokenizersBackend"];

    /// <exception cref="InvalidDataException">The files contradict each other or are not what their names say.</exception>
    /// <exception cref="NotSupportedException">The folder holds a tokenizer of another kind.</exception>
    public static ByteLevelBpeTokenizer Read(string folder)
    {
        var settings = new TokenizerSettings(folder);
        if (!KnownClasses.Contains(settings.TokenizerClass))
            throw new NotSupportedException(
                $"{folder} has the tokenizer class '{settings.TokenizerClass}' without tokenizer.json, which is not supported. "
                + "Supported: GPT2Tokenizer, RobertaTokenizer.");
        try
        {
            return Read(folder, settings);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException($"{folder}: {error.Message}", error);
        }
    }

    private static ByteLevelBpeTokenizer Read(string folder, TokenizerSettings settings)
    {
        var vocabulary = TokenizerFiles.ReadJson(Path.Combine(folder, TokenizerFiles.Vocabulary)).EnumerateObject()
            .ToDictionary(token => token.Name, token => ModelVocabulary.ReadId(token.Value, token.Name), StringComparer.Ordinal);
        if (vocabulary.Count == 0)
            throw new FormatException($"{TokenizerFiles.Vocabulary} is empty. A vocabulary has at least one token.");
        var merges = ReadMerges(Path.Combine(folder, TokenizerFiles.Merges));
        var isRoberta = settings.TokenizerClass == Roberta || (settings.TokenizerClass is null && StartsAsFairseq(vocabulary));
        if (isRoberta)
            settings.SetDefaults(
                ("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>"), ("sep_token", "</s>"), ("pad_token", "<pad>"),
                ("cls_token", "<s>"), ("mask_token", "<mask>"));
        var added = settings.FindAddedTokens(folder, vocabulary);
        if (vocabulary.TryGetValue(settings.EndOfText, out var endOfText) && added.All(token => token.Id != endOfText))
            added.Add(new AddedToken(settings.EndOfText, endOfText));
        var config = new ByteLevelBpeConfig { AddsPrefixSpace = settings.Flag("add_prefix_space") ?? false, AddedTokens = added };
        return new ByteLevelBpeTokenizer(vocabulary, merges, config)
        {
            Settings = settings,
            Sections = new EncodingSections { PostProcessor = isRoberta ? AsRoberta(settings, added) : AsGpt2() },
        };
    }

    // The two files alone do not name their class, but fairseq's dictionaries (RoBERTa, BART) start so, and GPT-2's have another end.
    private static bool StartsAsFairseq(Dictionary<string, int> vocabulary) =>
        ((string[])["<s>", "<pad>", "</s>", "<unk>"]).Index().All(token => vocabulary.GetValueOrDefault(token.Item, -1) == token.Index)
        && vocabulary.ContainsKey("<mask>") && !vocabulary.ContainsKey("<|endoftext|>");

    private static TemplatePostProcessor AsGpt2() => new([new(null, 0, 0)], [new(null, 0, 0), new(null, 1, 1)], []);

    private static RobertaPostProcessor AsRoberta(TokenizerSettings settings, List<AddedToken> added)
    {
        return new RobertaPostProcessor(
            TokenOf("cls_token"), TokenOf("sep_token"), settings.Flag("trim_offsets") ?? true, settings.Flag("add_prefix_space") ?? false);

        SpecialToken TokenOf(string role)
        {
            var content = settings.TokenOf(role);
            return added.Find(token => token.Content == content) is { } token
                ? new SpecialToken(token.Content, token.Id)
                : throw new FormatException($"The {role} '{content}' in {TokenizerFiles.TokenizerConfig} is not a special token.");
        }
    }

    private static List<(string Left, string Right)> ReadMerges(string path)
    {
        var merges = new List<(string Left, string Right)>();
        foreach (var line in File.ReadLines(path))
        {
            if (line.Length == 0 || line.StartsWith("#version", StringComparison.Ordinal))
                continue;
            merges.Add(line.Split(' ') is [var left, var right] ? (left, right) : throw new FormatException(
                $"'{line}' in {TokenizerFiles.Merges} is not two tokens with a space between them."));
        }
        return merges;
    }
}
