using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Values as numbers, indices and dictionaries.</summary>
internal static class Conversions
{
    /// <summary>A whole number, True and False included; null for any other value.</summary>
    public static BigInteger? FindInteger(Value value) => value switch
    {
        IntegerValue integer => integer.Content,
        BooleanValue boolean => boolean.IsTrue ? 1 : 0,
        _ => null,
    };

    /// <summary>Any number as a float; null for any other value.</summary>
    public static double? FindNumber(Value value) => value is FloatValue number
        ? number.Content
        : FindInteger(value) is { } integer ? ToDouble(integer) : null;

    public static double ToDouble(BigInteger integer)
    {
        var number = integer.Sign * FloatText.Scale(BigInteger.Abs(integer), 0);
        return double.IsFinite(number) ? number : throw Fault.Operation("The whole number is too large for a float.");
    }

    public static int ToInt32(BigInteger number) => number >= int.MinValue && number <= int.MaxValue
        ? (int)number
        : throw Fault.Operation("The number is too large here.");

    /// <summary>Python's index into something of a length: from the end where it is negative.</summary>
    public static bool TryIndex(Value key, int length, out int index)
    {
        index = -1;
        if (FindInteger(key) is not { } number)
            return false;
        if (number.Sign < 0)
            number += length;
        if (number.Sign < 0 || number >= length)
            return false;
        index = (int)number;
        return true;
    }

    public static DictValue ToDict(Rendering rendering, IEnumerable<KeyValuePair<string, Value>> entries)
    {
        var dict = new DictValue(rendering);
        foreach (var (name, value) in entries)
            dict.Set(new Text(name), value);
        return dict;
    }
}
