using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>JSON as values of the template language. A number with a point or an exponent is a float, as in Python.</summary>
internal static class JsonValues
{
    public static Value ToValue(Rendering rendering, JsonNode? node)
    {
        switch (node)
        {
            case null:
                return NoneValue.None;
            case JsonArray array:
                return ToList(rendering, array);
            case JsonObject fields:
                return ToDict(rendering, fields);
            default:
                return ToScalar(rendering, node.AsValue());
        }
    }

    private static ListValue ToList(Rendering rendering, JsonArray array)
    {
        rendering.Enter();
        rendering.Allocate(SequenceValue.ItemSize * (array.Count + 1L));
        var items = new Value[array.Count];
        for (var i = 0; i < items.Length; i++)
            items[i] = ToValue(rendering, array[i]);
        rendering.Leave();
        return new ListValue(items);
    }

    private static DictValue ToDict(Rendering rendering, JsonObject fields)
    {
        rendering.Enter();
        var dict = new DictValue(rendering);
        foreach (var (name, value) in FieldsOf(fields))
        {
            rendering.Allocate(2L * name.Length);
            dict.Set(new Text(name), ToValue(rendering, value));
        }
        rendering.Leave();
        return dict;
    }

    private static Value ToScalar(Rendering rendering, JsonValue value)
    {
        rendering.Step();
        switch (value.GetValueKind())
        {
            case JsonValueKind.True:
                return BooleanValue.True;
            case JsonValueKind.False:
                return BooleanValue.False;
            case JsonValueKind.Null:
                return NoneValue.None;
            case JsonValueKind.Number:
                return ToNumber(value);
            default:
                var text = JsonTexts.Read(value);
                rendering.Allocate(2L * text.Length);
                return new Text(text);
        }
    }

    // Values made in C# keep their type; parsed ones, their digits.
    private static Value ToNumber(JsonValue value)
    {
        if (value.TryGetValue<JsonElement>(out var element))
            return ToNumber(element.GetRawText());
        if (value.TryGetValue<double>(out var number))
            return new FloatValue(number);
        if (value.TryGetValue<float>(out var single))
            return new FloatValue(single);
        return value.TryGetValue<decimal>(out var exact) ? new FloatValue((double)exact) : ToNumber(value.ToJsonString());
    }

    private static Value ToNumber(string digits)
    {
        if (digits.AsSpan().IndexOfAny(".eE") >= 0)
            return new FloatValue(double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture));
        if (digits.Length > IntegerValue.MaxDigits + 1)
            throw IntegerValue.TooLong();
        return IntegerValue.Of(BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    /// <summary>Checks the names of an object; what is wrong with those of parsed JSON comes out only when they are asked for.</summary>
    /// <exception cref="ArgumentException">A name stands there twice, or is no text.</exception>
    public static void RequireNames(JsonObject fields, string parameter)
    {
        try
        {
            FieldsOf(fields);
        }
        catch (Fault fault)
        {
            throw new ArgumentException(fault.Message, parameter, fault);
        }
    }

    private static List<KeyValuePair<string, JsonNode?>> FieldsOf(JsonObject fields)
    {
        try
        {
            return [.. fields];
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            throw Fault.Operation($"An object of the given JSON has a name twice, or a name that is no text: {error.Message}");
        }
    }
}
