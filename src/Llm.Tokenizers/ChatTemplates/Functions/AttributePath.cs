using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>The argument attribute of filters: 'a.b.0' goes through attributes, keys and indices.</summary>
internal sealed class AttributePath
{
    private readonly Rendering _rendering;
    private readonly Value[] _parts;
    private readonly Value? _fallback;

    private AttributePath(Rendering rendering, Value[] parts, Value? fallback) =>
        (_rendering, _parts, _fallback) = (rendering, parts, fallback is NoneValue ? null : fallback);

    /// <param name="rendering">The rendering.</param>
    /// <param name="attribute">The path; None for the value itself.</param>
    /// <param name="fallback">What stands in for an undefined part; none if null or None.</param>
    public static AttributePath Of(Rendering rendering, Value? attribute, Value? fallback = null) => new(rendering, attribute switch
    {
        null or NoneValue => [],
        Text text => [.. text.Content.Split('.').Select(PartOf)],
        _ => [attribute],
    }, fallback);

    public Value Get(Value value)
    {
        foreach (var part in _parts)
        {
            _rendering.Step();
            value = Access.Item(_rendering, value, part);
            if (value is Undefined && _fallback is not null)
                value = _fallback;
        }
        return value;
    }

    private static Value PartOf(string part) => part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit)
        ? IntegerValue.Of(BigInteger.Parse(part, System.Globalization.CultureInfo.InvariantCulture))
        : new Text(part);
}
