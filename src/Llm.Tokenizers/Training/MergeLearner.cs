using System.Runtime.InteropServices;

namespace Llm.Tokenizers;

/// <summary>
/// Learns merges from counted pieces (Sennrich et al. 2016), near-linear in their length: all pieces stand in one chain of symbols; each
/// pair knows its places, so that a merge touches only those; counts are kept up to date and a heap gives the next pair.
/// </summary>
/// <remarks>
/// A merge makes a new symbol, so every pair is born whole, in one merge, and only shrinks from then on. A pair that is born too rare is
/// forgotten at once.
/// </remarks>
internal sealed class MergeLearner
{
    private const int None = -1;
    private const int FetchedAhead = 16; // places

    private readonly MergeRule _rule;
    private readonly Place[] _places;
    private readonly List<Pair> _pairs = [];
    private readonly List<int> _lengths = []; // symbol -> how many of the smallest symbols it is
    private readonly PairQueue _queue = new();
    private readonly List<int> _pairPlaces = []; // the places of every pair, those of each in a row

    // Of the merge that is being made: its new pairs, and every place where one of them began.
    private readonly List<Pair> _newPairs = [];
    private readonly List<int> _newPlaces = [];
    private Neighbour[] _before = []; // symbol -> its pair with the new symbol
    private Neighbour[] _after = [];
    private int _merges;

    public MergeLearner(SymbolPieces pieces, MergeRule rule)
    {
        _rule = rule;
        _places = new Place[pieces.Length];
        var table = new PairTable();
        var end = 0;
        for (var piece = 0; piece < pieces.Count; piece++)
        {
            var start = end;
            end += pieces[piece].Length;
            AddPiece(pieces[piece], start, end, pieces.CountOf(piece), table);
        }
        for (var i = 0; i < _newPairs.Count; i++)
            (CollectionsMarshal.AsSpan(_newPairs)[i].Left, CollectionsMarshal.AsSpan(_newPairs)[i].Right) = table[i];
        Settle();
    }

    /// <summary>The pair that the rule merges next; false when none is left.</summary>
    public bool TryTake(out int pair)
    {
        while (_queue.TryTake(out var candidate))
        {
            pair = candidate.Pair;
            if (_pairs[pair].Count < _rule.MinFrequency)
                continue;
            var now = Candidate(pair);
            if (candidate == now)
                return true;
            _queue.Push(now);
        }
        pair = None;
        return false;
    }

    public (int Left, int Right) IdsOf(int pair) => (_pairs[pair].Left, _pairs[pair].Right);

    /// <summary>Joins every occurrence of a pair into <paramref name="joined"/>, a symbol that does not occur yet.</summary>
    public void Merge(int pair, int joined)
    {
        _merges++;
        var merged = _pairs[pair];
        SetLength(joined, LengthOf(merged.Left) + LengthOf(merged.Right));
        var reach = _rule.MaxLength - LengthOf(joined); // longest neighbour that the new symbol may be joined with
        var places = CollectionsMarshal.AsSpan(_pairPlaces).Slice(merged.Start, merged.Length);
        for (var i = 0; i < places.Length; i++)
        {
            CacheLine.Fetch(ref _places[places[Math.Min(i + FetchedAhead, places.Length - 1)]]);
            if (_places[places[i]].Pair == pair)
                Join(places[i], joined, reach);
        }
        CollectionsMarshal.AsSpan(_pairs)[pair].Count = 0;
        Settle();
    }

    private void AddPiece(ReadOnlySpan<int> symbols, int start, int end, long weight, PairTable table)
    {
        for (var place = start; place < end; place++)
        {
            var isLast = place + 1 == end;
            ref var here = ref _places[place];
            here = new Place
            {
                Symbol = symbols[place - start],
                Previous = place == start ? None : place - 1,
                Next = isLast ? None : place + 1,
                Pair = None,
                Weight = weight,
            };
            if (isLast || _rule.MaxLength < 2)
                continue;
            var number = table.NumberOf(here.Symbol, symbols[place - start + 1]);
            if (number == _newPairs.Count)
                _newPairs.Add(default);
            NotePlace(ref here, number, place);
        }
    }

    private void Join(int place, int joined, int reach)
    {
        ref var here = ref _places[place];
        ref var gone = ref _places[here.Next];
        if (here.Previous != None)
        {
            ref var before = ref _places[here.Previous];
            Forget(before);
            if (LengthOf(before.Symbol) <= reach)
                NotePlace(ref before, NumberOf(ref _before, before.Symbol, before.Symbol, joined), here.Previous);
            else
                before.Pair = None;
        }
        (here.Symbol, here.Next, here.Pair) = (joined, gone.Next, None);
        if (gone.Next != None)
        {
            ref var after = ref _places[gone.Next];
            Forget(gone);
            after.Previous = place;
            if (LengthOf(after.Symbol) <= reach)
                NotePlace(ref here, NumberOf(ref _after, after.Symbol, joined, after.Symbol), place);
        }
        gone.Pair = None;
    }

    // A place holds the number of its pair; one that is not settled yet is counted downwards from below None.
    private void NotePlace(ref Place place, int number, int index)
    {
        ref var pair = ref CollectionsMarshal.AsSpan(_newPairs)[number];
        pair.Count += place.Weight;
        pair.Length++;
        place.Pair = None - 1 - number;
        _newPlaces.Add(index);
    }

    private void Forget(in Place place)
    {
        if (place.Pair >= 0)
            CollectionsMarshal.AsSpan(_pairs)[place.Pair].Count -= place.Weight;
        else if (place.Pair < None)
            CollectionsMarshal.AsSpan(_newPairs)[None - 1 - place.Pair].Count -= place.Weight;
    }

    private int NumberOf(ref Neighbour[] neighbours, int symbol, int left, int right)
    {
        if (symbol >= neighbours.Length)
            Array.Resize(ref neighbours, Math.Max(2 * neighbours.Length, symbol + 1));
        ref var neighbour = ref neighbours[symbol];
        if (neighbour.Merge != _merges)
        {
            neighbour = new Neighbour { Merge = _merges, Number = _newPairs.Count };
            _newPairs.Add(new Pair { Left = left, Right = right });
        }
        return neighbour.Number;
    }

    // Gives the new pairs that are frequent enough a number and the list of their places, in the order of the text.
    private void Settle()
    {
        var settled = _pairs.Count;
        var numbers = CollectionsMarshal.AsSpan(_newPairs);
        foreach (ref var pair in numbers)
        {
            if (pair.Count < _rule.MinFrequency)
            {
                pair.Start = None;
                continue;
            }
            pair.Start = _pairPlaces.Count;
            CollectionsMarshal.SetCount(_pairPlaces, checked(_pairPlaces.Count + pair.Length));
            _pairs.Add(pair with { Length = 0 });
            pair.Length = _pairs.Count - 1;
        }
        foreach (var index in CollectionsMarshal.AsSpan(_newPlaces))
            SettlePlace(index, numbers);
        for (var pair = settled; pair < _pairs.Count; pair++)
            _queue.Push(Candidate(pair));
        _newPairs.Clear();
        _newPlaces.Clear();
    }

    private void SettlePlace(int index, ReadOnlySpan<Pair> newPairs)
    {
        ref var place = ref _places[index];
        if (place.Pair >= None)
            return; // merged away since, or settled already
        ref readonly var born = ref newPairs[None - 1 - place.Pair];
        place.Pair = born.Start == None ? None : born.Length;
        if (place.Pair == None)
            return;
        ref var pair = ref CollectionsMarshal.AsSpan(_pairs)[place.Pair];
        CollectionsMarshal.AsSpan(_pairPlaces)[pair.Start + pair.Length++] = index;
    }

    private PairCandidate Candidate(int pair) =>
        new(_pairs[pair].Count, _rule.TiesByPlace ? (ulong)FirstPlace(pair) : _pairs[pair].Key, pair);

    // Occurrences only ever vanish, so the first place only moves on, and an entry of the heap can only sink.
    private int FirstPlace(int index)
    {
        ref var pair = ref CollectionsMarshal.AsSpan(_pairs)[index];
        for (; pair.Length > 0; pair.Start++, pair.Length--)
        {
            var place = _pairPlaces[pair.Start];
            if (_places[place].Pair == index)
                return place;
        }
        return int.MaxValue;
    }

    private int LengthOf(int symbol) => symbol < _lengths.Count ? _lengths[symbol] : 1;

    private void SetLength(int symbol, int length)
    {
        while (_lengths.Count <= symbol)
            _lengths.Add(1);
        _lengths[symbol] = length;
    }

    private struct Place
    {
        public int Symbol;
        public int Next; // place of the next symbol of the piece, or None
        public int Previous;
        public int Pair; // the pair that begins here, or None
        public long Weight; // occurrences of the piece
    }

    private struct Pair
    {
        public int Left;
        public int Right;
        public long Count;
        public int Start; // of its places
        public int Length;

        public readonly ulong Key => (ulong)(uint)Left << 32 | (uint)Right;
    }

    private struct Neighbour
    {
        public int Merge; // the merge in which the number was given
        public int Number;
    }
}
