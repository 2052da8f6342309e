using System.Runtime.InteropServices;

namespace Llm.Tokenizers;

/// <summary>Every pair of neighbours ever seen in training: how often it occurs, and where.</summary>
internal sealed class PairTable
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15; // 2^64 / golden ratio
    private const int None = -1;

    private readonly List<Pair> _pairs = [];
    private int[] _slots = new int[1 << 16]; // index of a pair + 1, or 0
    private int _shift = 64 - 16;

    // Places of all pairs: one singly linked list each, in the order of the text.
    private int[] _places = new int[1 << 16];
    private int[] _next = new int[1 << 16];
    private int _used;
    private int _free = None;

    public int Count => _pairs.Count;

    public ref Pair this[int index] => ref CollectionsMarshal.AsSpan(_pairs)[index];

    /// <summary>The index of a pair, which is added if it is new.</summary>
    public int IndexOf(int left, int right)
    {
        var key = (ulong)(uint)left << 32 | (uint)right;
        var at = (int)(key * Multiplier >> _shift);
        for (; _slots[at] != 0; at = (at + 1) & (_slots.Length - 1))
        {
            if (_pairs[_slots[at] - 1].Key == key)
                return _slots[at] - 1;
        }
        _pairs.Add(new Pair { Key = key, First = None, Last = None });
        _slots[at] = _pairs.Count;
        if (2 * _pairs.Count > _slots.Length)
            Rehash();
        return _pairs.Count - 1;
    }

    /// <summary>Notes that a pair stands at a place behind its other places.</summary>
    public void AddPlace(int index, int place, long weight)
    {
        var node = TakeNode();
        (_places[node], _next[node]) = (place, None);
        ref var pair = ref this[index];
        pair.Count += weight;
        if (pair.First == None)
            pair.First = node;
        else
            _next[pair.Last] = node;
        pair.Last = node;
    }

    /// <summary>The first noted place of a pair; false if none is left. It may be out of date.</summary>
    public bool TryPeekPlace(int index, out int place)
    {
        var node = this[index].First;
        place = node == None ? None : _places[node];
        return node != None;
    }

    public void DropFirstPlace(int index)
    {
        ref var pair = ref this[index];
        var node = pair.First;
        pair.First = _next[node];
        (_next[node], _free) = (_free, node);
    }

    private int TakeNode()
    {
        if (_free != None)
        {
            var node = _free;
            _free = _next[node];
            return node;
        }
        if (_used == _places.Length)
        {
            Array.Resize(ref _places, 2 * _used);
            Array.Resize(ref _next, 2 * _used);
        }
        return _used++;
    }

    private void Rehash()
    {
        _slots = new int[2 * _slots.Length];
        _shift--;
        for (var i = 0; i < _pairs.Count; i++)
        {
            var at = (int)(_pairs[i].Key * Multiplier >> _shift);
            while (_slots[at] != 0)
                at = (at + 1) & (_slots.Length - 1);
            _slots[at] = i + 1;
        }
    }

    internal struct Pair
    {
        public ulong Key; // left << 32 | right
        public long Count;
        public int First; // nodes of the list of places
        public int Last;

        public readonly int Left => (int)(Key >> 32);

        public readonly int Right => (int)(uint)Key;
    }
}
