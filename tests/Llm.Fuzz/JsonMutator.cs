using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Fuzz;

/// <summary>Changes JSON and leaves it JSON: values replaced, removed, repeated, or exchanged with others of the document.</summary>
internal static class JsonMutator
{
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1.5", "2147483648", "1e308", "\"\"", "\"x\"", "\"(a+)+$\"", "\"\\u2581\"", "\"\\ud800\"",
        "[]", "{}", "[[]]", "[\"a\",\"b\"]",
    ];

    /// <summary>The changed document; null where the bytes are no JSON.</summary>
    public static byte[]? Change(byte[] json, Random random)
    {
        try
        {
            var root = JsonNode.Parse(json);
            for (var changes = 1 + random.Next(3); changes > 0 && root is not null; changes--)
                ChangeOne(root, random);
            return JsonSerializer.SerializeToUtf8Bytes(root);
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void ChangeOne(JsonNode root, Random random)
    {
        var place = Pick(root, random);
        if (place is JsonObject members && members.Count > 0)
        {
            var name = members.ElementAt(random.Next(members.Count)).Key;
            if (random.Next(5) == 0)
                members.Remove(name);
            else
                members[name] = NewValue(root, random);
        }
        else if (place is JsonArray items && items.Count > 0)
        {
            var at = random.Next(items.Count);
            if (random.Next(5) == 0)
                items.RemoveAt(at);
            else if (random.Next(2) == 0)
                items.Insert(at, items[random.Next(items.Count)]?.DeepClone());
            else
                items[at] = NewValue(root, random);
        }
    }

    private static JsonNode? NewValue(JsonNode root, Random random) =>
        random.Next(2) == 0 ? JsonNode.Parse(Values[random.Next(Values.Length)]) : Pick(root, random).DeepClone();

    // Goes down from the root and stops at random, so that what lies high is picked as often as what lies deep.
    private static JsonNode Pick(JsonNode node, Random random)
    {
        while (random.Next(4) > 0)
        {
            var child = node switch
            {
                JsonObject { Count: > 0 } members => members.ElementAt(random.Next(members.Count)).Value,
                JsonArray { Count: > 0 } items => items[random.Next(items.Count)],
                _ => null,
            };
            if (child is not (JsonObject or JsonArray))
                return node;
            node = child;
        }
        return node;
    }
}
