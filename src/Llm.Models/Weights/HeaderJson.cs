using System.Globalization;
using System.Text;

namespace Llm.Models;

/// <summary>
/// Writes the header as the reference implementation does, byte for byte: no white space, and nothing escaped but what JSON asks for.
/// (System.Text.Json escapes everything beyond the basic plane.)
/// </summary>
internal static class HeaderJson
{
    public static byte[] Write(IEnumerable<NamedTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var json = new StringBuilder();
        if (metadata.Count > 0)
        {
            var pairs = metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $"{Quoted(pair.Key)}:{Quoted(pair.Value)}");
            json.Append(CultureInfo.InvariantCulture, $",\"{SafetensorsHeader.MetadataKey}\":{{{string.Join(',', pairs)}}}");
        }
        long start = 0;
        foreach (var tensor in tensors)
        {
            var end = start + tensor.ByteCount;
            json.Append(CultureInfo.InvariantCulture, $",{Quoted(tensor.Name)}:{{\"dtype\":\"{tensor.Type.Name}\",");
            json.Append(CultureInfo.InvariantCulture, $"\"shape\":[{string.Join(',', tensor.Tensor.shape)}],");
            json.Append(CultureInfo.InvariantCulture, $"\"data_offsets\":[{start},{end}]}}");
            start = end;
        }
        return NamedTensors.StrictUtf8.GetBytes($"{{{json.ToString().TrimStart(',')}}}");
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' or '\\' => quoted.Append('\\').Append(character),
                '\b' => quoted.Append("\\b"),
                '\t' => quoted.Append("\\t"),
                '\n' => quoted.Append("\\n"),
                '\f' => quoted.Append("\\f"),
                '\r' => quoted.Append("\\r"),
                < ' ' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => quoted.Append(character),
            };
        }
        return quoted.Append('"').ToString();
    }
}
