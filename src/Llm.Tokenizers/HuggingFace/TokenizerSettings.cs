using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// What a folder says about a tokenizer beside its vocabulary: tokenizer_config.json, special_tokens_map.json and the chat template. It is
/// kept, so that a folder that is opened and saved loses nothing.
/// </summary>
internal sealed class TokenizerSettings
{
    private const string ModelConfig = "config.json";

    private static readonly string[] Roles = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
    private static readonly string[] RoleLists = ["additional_special_tokens", "extra_special_tokens"];

    private readonly JsonObject _config = [];
    private readonly string? _folder;
    private readonly ChatTemplateFiles _chatTemplates = new();

    /// <summary>The settings of a tokenizer that comes from no folder.</summary>
    public TokenizerSettings()
    {
    }

    /// <summary>The settings of a new tokenizer.</summary>
    /// <param name="config">What its tokenizer_config.json is to say.</param>
    public TokenizerSettings(JsonObject config) => _config = config;

    /// <summary>The settings in a folder, as far as the files exist.</summary>
    /// <exception cref="InvalidDataException">A file is not a JSON object.</exception>
    public TokenizerSettings(string folder)
    {
        _config = ReadObject(Path.Combine(folder, TokenizerFiles.TokenizerConfig));
        var map = ReadObject(Path.Combine(folder, TokenizerFiles.SpecialTokensMap));
        foreach (var (name, value) in map)
            _config.TryAdd(name, value?.DeepClone());
        _folder = folder;
        _chatTemplates = new ChatTemplateFiles(folder);
        ChatTemplates = _chatTemplates.Sources.Count > 0 ? _chatTemplates.Sources : ChatTemplateFiles.FromConfig(_config["chat_template"]);
    }

    /// <summary>The chat templates by name; a single one is called default.</summary>
    public IReadOnlyDictionary<string, string> ChatTemplates { get; } = new Dictionary<string, string>();

    /// <summary>
    /// Hugging Face's name of the kind of tokenizer, without Fast; else that of the model's kind; null where the folder does not tell.
    /// </summary>
    public string? TokenizerClass => ContentOf(_config["tokenizer_class"]) is { } name
        ? name.EndsWith("Fast", StringComparison.Ordinal) ? name[..^4] : name
        : ModelType switch
        {
            "gpt2" => "GPT2Tokenizer",
            "roberta" => "RobertaTokenizer",
            "bert" => "BertTokenizer",
            "distilbert" => "DistilBertTokenizer",
            "xlm-roberta" => "XLMRobertaTokenizer",
            "t5" or "mt5" => "T5Tokenizer",
            "albert" => "AlbertTokenizer",
            "llama" or "mistral" => "LlamaTokenizer",
            "gemma" => "GemmaTokenizer",
            var other => other,
        };

    /// <summary>A setting that is true or false.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public bool? Flag(string name) => _config[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        var other => throw new FormatException(
            $"{name} in {TokenizerFiles.TokenizerConfig} is {other.ToJsonString()}; it must be true or false."),
    };

    /// <summary>A setting that is a count.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public int Count(string name, int ifMissing, int most) => _config[name] switch
    {
        null => ifMissing,
        JsonValue value when value.TryGetValue<int>(out var count) && count >= 0 && count <= most => count,
        var other => throw new FormatException(
            $"{name} in {TokenizerFiles.TokenizerConfig} is {other.ToJsonString()}; it must be 0 to {most}."),
    };

    /// <summary>Whether a list of texts has any.</summary>
    public bool HasAny(string name) => _config[name] is JsonArray { Count: > 0 };

    /// <summary>The token of a role, such as cls_token; null where the folder does not tell.</summary>
    public string? TokenOf(string role) => ContentOf(_config[role]);

    /// <summary>Names the tokens of roles that the folder does not name.</summary>
    public void SetDefaults(params ReadOnlySpan<(string Role, string Token)> tokens)
    {
        foreach (var (role, token) in tokens)
            _config.TryAdd(role, token);
    }

    /// <summary>The token that ends a text.</summary>
    public string EndOfText => ContentOf(_config["eos_token"]) ?? "<|endoftext|>";

    /// <summary>The token that fills sequences up; null where the folder does not tell.</summary>
    public string? PaddingToken => ContentOf(_config["pad_token"]);

    /// <summary>
    /// The added tokens of a folder without tokenizer.json. Those that the vocabulary lacks get the next ids, in the order in which they
    /// are named.
    /// </summary>
    /// <param name="folder">The folder, for added_tokens.json.</param>
    /// <param name="vocabulary">Token → id.</param>
    /// <param name="known">Tokens that the class adds by itself, whose ids the folder may not change; none if null.</param>
    public List<AddedToken> FindAddedTokens(
        string folder, IReadOnlyDictionary<string, int> vocabulary, IReadOnlyCollection<AddedToken>? known = null)
    {
        var tokens = new List<AddedToken>();
        if (_config["added_tokens_decoder"] is JsonObject decoder)
            tokens.AddRange(decoder.Select(ReadDecoderEntry));
        foreach (var (content, id) in ReadObject(Path.Combine(folder, TokenizerFiles.AddedTokens)))
            AddIfNew(tokens, content, id?.GetValue<int>() ?? throw new FormatException($"The added token '{content}' has no id."));
        tokens.AddRange((known ?? []).Where(token => tokens.All(other => other.Content != token.Content)));
        var next = vocabulary.Values.Concat(tokens.Select(token => token.Id)).Max() + 1;
        foreach (var content in NamedTokens().Where(content => tokens.All(token => token.Content != content)))
            tokens.Add(new AddedToken(content, vocabulary.TryGetValue(content, out var id) ? id : next++));
        return tokens;
    }

    /// <summary>
    /// Writes tokenizer_config.json and the chat template. What the folder said before holds, unless <paramref name="set"/> changes it.
    /// </summary>
    public void Write(string folder, Action<JsonObject> set)
    {
        var config = (JsonObject)_config.DeepClone();
        set(config);
        TokenizerFiles.WriteJson(folder, TokenizerFiles.TokenizerConfig, json => config.WriteTo(json));
        _chatTemplates.Write(folder);
    }

    /// <summary>
    /// The variables that transformers gives to chat templates: bos_token, eos_token and so on, and those of the model's own.
    /// </summary>
    /// <param name="hasEndOfText">Whether the vocabulary has <see cref="EndOfText"/>.</param>
    public IReadOnlyDictionary<string, string> FindSpecialTokens(bool hasEndOfText)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        // GPT-2's class has its end of text for every role that the folder leaves open.
        if (hasEndOfText && TokenizerClass is null or "GPT2Tokenizer")
        {
            foreach (var role in (string[])["bos_token", "eos_token", "unk_token"])
                tokens[role] = EndOfText;
        }
        var own = _config["extra_special_tokens"] as JsonObject ?? [];
        foreach (var (name, value) in _config.Where(entry => entry.Key.EndsWith("_token", StringComparison.Ordinal)).Concat(own))
        {
            if (ContentOf(value) is { } content)
                tokens[name] = content;
            else
                tokens.Remove(name);
        }
        return tokens;
    }

    // Of the model in the same folder.
    private string? ModelType => _folder is null ? null : ContentOf(ReadObject(Path.Combine(_folder, ModelConfig))["model_type"]);

    private IEnumerable<string> NamedTokens() => Roles.Select(role => ContentOf(_config[role]))
        .Concat(RoleLists.SelectMany(list => _config[list] as JsonArray ?? []).Select(ContentOf))
        .OfType<string>().Distinct();

    private static AddedToken ReadDecoderEntry(KeyValuePair<string, JsonNode?> entry) =>
        AddedTokenJson.Read(JsonSerializer.SerializeToElement(entry.Value), int.Parse(entry.Key, CultureInfo.InvariantCulture));

    private static void AddIfNew(List<AddedToken> tokens, string content, int id)
    {
        if (tokens.All(token => token.Content != content))
            tokens.Add(new AddedToken(content, id));
    }

    // "<s>", or {"content": "<s>", ...}.
    private static string? ContentOf(JsonNode? token) => token switch
    {
        JsonValue value when value.TryGetValue<string>(out var content) => content,
        JsonObject described => ContentOf(described["content"]),
        _ => null,
    };

    private static JsonObject ReadObject(string path)
    {
        if (!File.Exists(path))
            return [];
        return JsonObject.Create(TokenizerFiles.ReadJson(path)) ?? throw new InvalidDataException($"{path} is not a JSON object.");
    }
}
