using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Chat templates in files of their own: chat_template.jinja, and additional_chat_templates/NAME.jinja for others.</summary>
internal sealed class ChatTemplateFiles
{
    private const string Default = "default";
    private const string DefaultFile = "chat_template.jinja";
    private const string AdditionalFolder = "additional_chat_templates";
    private const string Extension = ".jinja";

    private readonly SortedDictionary<string, string> _sources = new(StringComparer.Ordinal);

    /// <summary>No templates.</summary>
    public ChatTemplateFiles()
    {
    }

    /// <summary>The templates of a folder, as far as it has any.</summary>
    public ChatTemplateFiles(string folder)
    {
        var additional = Path.Combine(folder, AdditionalFolder);
        if (Directory.Exists(additional))
        {
            foreach (var path in Directory.GetFiles(additional, "*" + Extension))
                _sources[Path.GetFileNameWithoutExtension(path)] = File.ReadAllText(path);
        }
        var template = Path.Combine(folder, DefaultFile);
        if (File.Exists(template))
            _sources[Default] = File.ReadAllText(template);
    }

    /// <summary>The templates by name; that of chat_template.jinja is called default.</summary>
    public IReadOnlyDictionary<string, string> Sources => _sources;

    /// <summary>Templates as tokenizer_config.json has them: one text, or a list of objects with name and template.</summary>
    public static Dictionary<string, string> FromConfig(JsonNode? config)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        if (TextOf(config) is { } single)
            sources[Default] = single;
        foreach (var named in (config as JsonArray ?? []).OfType<JsonObject>())
        {
            if (TextOf(named["name"]) is { } name && TextOf(named["template"]) is { } template)
                sources[name] = template;
        }
        return sources;
    }

    /// <summary>Writes the templates into another folder.</summary>
    public void Write(string folder)
    {
        foreach (var (name, source) in _sources)
        {
            var (target, file) = name == Default ? (folder, DefaultFile) : (Path.Combine(folder, AdditionalFolder), name + Extension);
            TokenizerFiles.Write(target, file, stream => stream.Write(Encoding.UTF8.GetBytes(source)));
        }
    }

    private static string? TextOf(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;
}
