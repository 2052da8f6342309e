namespace Llm.Tokenizers;

/// <summary>
/// The pieces that a Unigram vocabulary is carved from: all characters, and the substrings of words that occur often and do not always go
/// on in the same way, those that cover most of the text first (Kudo 2018). Found level by level: a substring can be frequent only if it is
/// frequent without its last character.
/// </summary>
internal sealed class UnigramSeeds
{
    private readonly SymbolPieces _words;
    private readonly UnigramRule _rule;
    private readonly List<Substring> _found = [];
    private readonly List<Occurrence> _occurrences = []; // of the substrings of the last level

    private UnigramSeeds(SymbolPieces words, UnigramRule rule) => (_words, _rule) = (words, rule);

    /// <summary>The characters in rising order, then the other pieces.</summary>
    /// <param name="words">Words as characters numbered from 0.</param>
    /// <param name="alphabet">How many different characters there are; each occurs.</param>
    /// <param name="rule">Limits of length, frequency and number.</param>
    public static List<UnigramPiece> Find(SymbolPieces words, int alphabet, UnigramRule rule)
    {
        var seeds = new UnigramSeeds(words, rule);
        seeds.FindCharacters(alphabet);
        for (var length = 2; length <= rule.MaxPieceLength && seeds._occurrences.Count > 0; length++)
            seeds.FindLonger(length);
        return seeds.Choose(alphabet);
    }

    private void FindCharacters(int alphabet)
    {
        for (var symbol = 0; symbol < alphabet; symbol++)
            _found.Add(default);
        for (var (word, place) = (0, 0); word < _words.Count; word++)
        {
            for (var end = _words.EndOf(word); place < end; place++)
            {
                var symbol = _words.SymbolAt(place);
                var character = _found[symbol];
                var start = character.Count == 0 ? place : character.Start;
                _found[symbol] = new Substring(start, 1, character.Count + _words.CountOf(word), false);
                _occurrences.Add(new Occurrence(place, word, symbol));
            }
        }
    }

    // Lengthens every occurrence by a character and keeps those that stay frequent.
    private void FindLonger(int length)
    {
        var table = new PairTable();
        var longer = new List<Substring>();
        var kept = new List<Occurrence>();
        foreach (var (place, word, shorter) in _occurrences)
        {
            if (place + length > _words.EndOf(word))
                continue;
            var number = table.NumberOf(shorter, _words.SymbolAt(place + length - 1));
            if (number == longer.Count)
                longer.Add(new Substring(place, length, 0, false));
            longer[number] = longer[number] with { Count = longer[number].Count + _words.CountOf(word) };
            kept.Add(new Occurrence(place, word, number));
        }
        var numbers = AddFrequent(longer, table);
        _occurrences.Clear();
        _occurrences.AddRange(
            kept.Where(one => numbers[one.Substring] >= 0).Select(one => one with { Substring = numbers[one.Substring] }));
    }

    // Their numbers among all that are found; -1 for those that are too rare.
    private int[] AddFrequent(List<Substring> longer, PairTable table)
    {
        var numbers = new int[longer.Count];
        for (var number = 0; number < longer.Count; number++)
        {
            numbers[number] = longer[number].Count < _rule.MinFrequency ? -1 : _found.Count;
            if (numbers[number] < 0)
                continue;
            _found.Add(longer[number]);
            var parent = table[number].Left;
            if (_found[parent].Count == longer[number].Count)
                _found[parent] = _found[parent] with { AlwaysGoesOn = true };
        }
        return numbers;
    }

    private List<UnigramPiece> Choose(int alphabet)
    {
        var chosen = _found.Take(alphabet).Concat(_found.Skip(alphabet).Where(one => !one.AlwaysGoesOn)
            .OrderByDescending(one => one.Cover).Take(Math.Max(0, _rule.SeedCount - alphabet))).ToList();
        var logSum = Math.Log(chosen.Sum(one => (double)one.Cover));
        return [.. chosen.Select(one => new UnigramPiece(one.Start, one.Length, Math.Log(one.Cover) - logSum))];
    }

    private readonly record struct Substring(int Start, int Length, long Count, bool AlwaysGoesOn)
    {
        public long Cover => Count * Length;
    }

    private readonly record struct Occurrence(int Place, int Word, int Substring);
}
