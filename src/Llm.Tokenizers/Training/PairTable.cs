namespace Llm.Tokenizers;

/// <summary>The pairs of symbols that stand side by side before anything is merged: each gets a number.</summary>
internal sealed class PairTable
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15; // 2^64 / golden ratio

    private readonly List<ulong> _keys = [];
    private int[] _slots = new int[1 << 14]; // number + 1, or 0
    private int _shift = 64 - 14;

    public int Count => _keys.Count;

    public (int Left, int Right) this[int number] => ((int)(_keys[number] >> 32), (int)(uint)_keys[number]);

    /// <summary>The number of a pair, the next one if it is new.</summary>
    public int NumberOf(int left, int right)
    {
        var key = (ulong)(uint)left << 32 | (uint)right;
        var at = (int)(key * Multiplier >> _shift);
        for (; _slots[at] != 0; at = (at + 1) & (_slots.Length - 1))
        {
            if (_keys[_slots[at] - 1] == key)
                return _slots[at] - 1;
        }
        _keys.Add(key);
        _slots[at] = _keys.Count;
        if (2 * _keys.Count > _slots.Length)
            Rehash();
        return _keys.Count - 1;
    }

    private void Rehash()
    {
        _slots = new int[2 * _slots.Length];
        _shift--;
        for (var number = 0; number < _keys.Count; number++)
        {
            var at = (int)(_keys[number] * Multiplier >> _shift);
            while (_slots[at] != 0)
                at = (at + 1) & (_slots.Length - 1);
            _slots[at] = number + 1;
        }
    }
}
