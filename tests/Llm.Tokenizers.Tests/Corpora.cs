using System.Text;
using System.Text.Json;

namespace Llm.Tokenizers.Tests;

/// <summary>The texts that golden/tokenizers/real/corpora.json names.</summary>
internal static class Corpora
{
    public static IEnumerable<string> TextsOf(string file, JsonElement item)
    {
        var path = Golden.Shared(file.Split('/'));
        if (item.ValueKind == JsonValueKind.Number)
        {
            using var line = JsonDocument.Parse(File.ReadLines(path).ElementAt(item.GetInt32()));
            return [line.RootElement.Text(line.RootElement.Has("text") ? "text" : "prompt")];
        }
        return item.ValueKind == JsonValueKind.Null
            ? [File.ReadAllText(path, Encoding.UTF8)]
            : Golden.Read(path).Strings().OfType<string>();
    }
}
