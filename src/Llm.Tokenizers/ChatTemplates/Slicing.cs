using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Python's slices: value[start:stop:step].</summary>
internal static class Slicing
{
    public static Value Slice(Rendering rendering, Value value, Value? start, Value? stop, Value? step)
    {
        if (value is Undefined undefined)
            throw undefined.ToFault();
        var length = value is Text or SequenceValue or RangeValue ? value.Length!.Value : throw Fault.Operation(
            $"A value of type {value.TypeName} cannot be sliced.");
        var (first, end, count, by) = Resolve(BoundOf(start), BoundOf(stop), BoundOf(step) ?? BigInteger.One, length);
        switch (value)
        {
            case Text text:
                rendering.Scan(text.Content.Length);
                return SliceText(rendering, text, first, count, by);
            case SequenceValue sequence:
                rendering.Allocate(SequenceValue.ItemSize * (count + 1L));
                var items = new Value[count];
                for (var i = 0; i < count; i++)
                    items[i] = sequence.Items[first + i * by];
                return sequence is ListValue ? new ListValue(items) : new TupleValue(items);
            default:
                var range = (RangeValue)value;
                return new RangeValue(
                    range.Start + first * range.Step, range.Start + end * range.Step, range.Step * (BoundOf(step) ?? BigInteger.One));
        }
    }

    private static BigInteger? BoundOf(Value? bound)
    {
        if (bound is null or NoneValue)
            return null;
        return Conversions.FindInteger(bound)
            ?? throw Fault.Operation($"A slice is made of whole numbers, not of a value of type {bound.TypeName}.");
    }

    // The first item, the one where it ends, how many, and the distance between them.
    private static (int First, int End, int Count, int Step) Resolve(BigInteger? start, BigInteger? stop, BigInteger step, int length)
    {
        if (step.IsZero)
            throw Fault.Operation("The step of a slice must not be 0.");
        var (least, most) = step.Sign > 0 ? (0, length) : (-1, length - 1);
        var from = start is { } a ? Clamp(a, length, least, most) : step.Sign > 0 ? least : most;
        var to = stop is { } b ? Clamp(b, length, least, most) : step.Sign > 0 ? most : least;
        var by = (int)BigInteger.Clamp(step, -int.MaxValue, int.MaxValue);
        var span = (long)(by > 0 ? to - from : from - to);
        var count = span <= 0 ? 0 : (int)((span - 1) / Math.Abs((long)by)) + 1;
        return (from, to, count, count <= 1 ? 1 : by);
    }

    private static int Clamp(BigInteger bound, int length, int least, int most) =>
        (int)BigInteger.Clamp(bound.Sign < 0 ? bound + length : bound, least, most);

    private static Text SliceText(Rendering rendering, Text text, int first, int count, int step)
    {
        if (count == 0)
            return text.With("");
        rendering.Allocate(4L * count);
        if (step == 1)
        {
            var start = Chars.OffsetOf(text.Content, first, text.Count);
            var length = text.Count == text.Content.Length ? count : Chars.OffsetOf(text.Content[start..], count, text.Count - first);
            return text.With(text.Content.Substring(start, length));
        }
        rendering.Allocate(4L * text.Count);
        var offsets = Chars.Offsets(text.Content, text.Count);
        var parts = new TextBuilder(rendering);
        for (var i = 0; i < count; i++)
        {
            var at = first + i * step;
            parts.Append(text.Content.AsSpan(offsets[at], offsets[at + 1] - offsets[at]));
        }
        return text.With(parts.ToString());
    }
}
