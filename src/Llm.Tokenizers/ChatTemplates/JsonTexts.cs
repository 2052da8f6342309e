using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>
/// Texts of JSON, half surrogate pairs included: System.Text.Json refuses those, Python reads them. Bytes that are no text become U+FFFD.
/// </summary>
internal static class JsonTexts
{
    public static string Read(JsonValue value)
    {
        if (value.TryGetValue<JsonElement>(out var element))
            return Read(element);
        return value.TryGetValue<string>(out var text) ? text : JsonSerializer.Deserialize<string>(value.ToJsonString()) ?? "";
    }

    private static string Read(JsonElement element)
    {
        try
        {
            return element.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return Unescape(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(element)[1..^1]));
        }
    }

    // What stands between the quotes of a text that was parsed, and so is well formed.
    private static string Unescape(ReadOnlySpan<char> raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }
            i++;
            if (raw[i] == 'u')
            {
                text.Append((char)ushort.Parse(raw.Slice(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
                continue;
            }
            var control = "bfnrt".IndexOf(raw[i]);
            text.Append(control < 0 ? raw[i] : "\b\f\n\r\t"[control]);
        }
        return text.ToString();
    }
}
