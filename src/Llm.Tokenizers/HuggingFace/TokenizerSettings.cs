using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// What a folder says about a tokenizer beside its vocabulary: tokenizer_config.json, special_tokens_map.json and the chat template. It is
/// kept, so
/// that a folder that is opened and saved loses nothing.
/// </summary>
internal sealed class TokenizerSettings
{
    private const string ChatTemplateFile = "chat_template.jinja";

    private static readonly string[] Roles = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
    private static readonly string[] RoleLists = ["additional_special_tokens", "extra_special_tokens"];

    private readonly JsonObject _config = [];
    private readonly string? _chatTemplate;

    /// <summary>The settings of a tokenizer that comes from no folder.</summary>
    public TokenizerSettings()
    {
    }

    /// <summary>The settings in a folder, as far as the files exist.</summary>
    /// <exception cref="InvalidDataException">A file is not a JSON object.</exception>
    public TokenizerSettings(string folder)
    {
        _config = ReadObject(Path.Combine(folder, TokenizerFiles.TokenizerConfig));
        var map = ReadObject(Path.Combine(folder, TokenizerFiles.SpecialTokensMap));
        foreach (var (name, value) in map)
            _config.TryAdd(name, value?.DeepClone());
        var template = Path.Combine(folder, ChatTemplateFile);
        _chatTemplate = File.Exists(template) ? File.ReadAllText(template) : null;
    }

    /// <summary>Hugging Face's name of the kind of tokenizer; null where the folder does not tell.</summary>
    public string? TokenizerClass => ContentOf(_config["tokenizer_class"]);

    /// <summary>Whether a space goes before the text; null where the folder does not tell.</summary>
    public bool? AddsPrefixSpace => _config["add_prefix_space"]?.GetValue<bool>();

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
    public List<AddedToken> FindAddedTokens(string folder, IReadOnlyDictionary<string, int> vocabulary)
    {
        var tokens = new List<AddedToken>();
        if (_config["added_tokens_decoder"] is JsonObject decoder)
            tokens.AddRange(decoder.Select(ReadDecoderEntry));
        foreach (var (content, id) in ReadObject(Path.Combine(folder, TokenizerFiles.AddedTokens)))
            AddIfNew(tokens, content, id?.GetValue<int>() ?? throw new FormatException($"The added token '{content}' has no id."));
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
        if (_chatTemplate is not null)
            TokenizerFiles.Write(folder, ChatTemplateFile, stream => stream.Write(Encoding.UTF8.GetBytes(_chatTemplate)));
    }

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
