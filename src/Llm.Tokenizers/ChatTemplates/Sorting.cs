namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Python's sorted: stable, also when reversed; values without an order are an error.</summary>
internal static class Sorting
{
    public static List<T> Sort<T>(Rendering rendering, IReadOnlyList<T> items, Func<T, Value> key, bool reverse)
    {
        rendering.Allocate(2L * SequenceValue.ItemSize * items.Count);
        var keyed = new (T Item, Value Key)[items.Count];
        for (var i = 0; i < keyed.Length; i++)
            keyed[i] = (items[i], key(items[i]));
        Sort(rendering, keyed, new (T, Value)[keyed.Length], reverse);
        return [.. keyed.Select(item => item.Item)];
    }

    private static void Sort<T>(Rendering rendering, Span<(T Item, Value Key)> items, Span<(T Item, Value Key)> space, bool reverse)
    {
        if (items.Length < 2)
            return;
        var middle = items.Length / 2;
        Sort(rendering, items[..middle], space[..middle], reverse);
        Sort(rendering, items[middle..], space[middle..], reverse);
        items.CopyTo(space);
        for (int i = 0, left = 0, right = middle; i < items.Length; i++)
        {
            rendering.Step();
            var takesRight = left == middle || (right < items.Length && IsBefore(rendering, space[right].Key, space[left].Key, reverse));
            items[i] = space[takesRight ? right++ : left++];
        }
    }

    private static bool IsBefore(Rendering rendering, Value right, Value left, bool reverse) =>
        Comparison.IsOrdered(rendering, reverse ? ComparisonOperator.Greater : ComparisonOperator.Less, right, left);
}
