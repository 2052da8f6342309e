using System.Text;

namespace Llm.Tokenizers;

/// <summary>
/// Learns subwords of counted words by merging pairs of characters, as Hugging Face's BpeTrainer and WordPieceTrainer do: special tokens,
/// the alphabet by code point, its forms inside and at the end of words, then a token a merge; ties go to the pair with the smaller ids.
/// </summary>
internal sealed class SubwordLearner
{
    private readonly SubwordRule _rule;
    private readonly List<string> _tokens = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<BpeMerge> _merges = [];

    private SubwordLearner(SubwordRule rule) => _rule = rule;

    /// <summary>The vocabulary in the order of ids.</summary>
    public IReadOnlyList<string> Tokens => _tokens;

    /// <summary>The merges in the order in which they were learned.</summary>
    public IReadOnlyList<BpeMerge> Merges => _merges;

    /// <summary>The merges as the tokens that they join.</summary>
    public IEnumerable<(string Left, string Right)> SpelledMerges => _merges.Select(merge => (_tokens[merge.Left], _tokens[merge.Right]));

    /// <summary>Learns from words.</summary>
    /// <exception cref="ArgumentException">Special tokens and alphabet are more than the vocabulary has room for.</exception>
    public static SubwordLearner Learn(PieceCounts words, SubwordRule rule, TrainingRun run)
    {
        var learner = new SubwordLearner(rule);
        var pieces = learner.ToSymbols(words, learner.AddAlphabet(words));
        learner.LearnMerges(pieces, run);
        return learner;
    }

    /// <summary>The tokens and their ids.</summary>
    public ModelVocabulary ToVocabulary() => new(_ids);

    private HashSet<int> AddAlphabet(PieceCounts words)
    {
        foreach (var token in _rule.SpecialTokens.Concat(_rule.ReservedTokens))
            Add(token);
        var alphabet = Alphabet.Choose(
            words.CountCharacters(), [.. _rule.InitialAlphabet.Select(rune => rune.Value).Distinct()], _rule.LimitAlphabet);
        foreach (var character in alphabet)
            Add(new Rune(character).ToString());
        return [.. alphabet];
    }

    // Characters outside the alphabet vanish, and what stood beside them stands side by side, as in Hugging Face's trainer.
    private SymbolPieces ToSymbols(PieceCounts words, HashSet<int> alphabet)
    {
        var spellings = SpellCharacters(words, alphabet);
        if (_tokens.Count > _rule.VocabSize)
            throw new ArgumentException(
                $"VocabSize is {_rule.VocabSize}, but special tokens and characters are {_tokens.Count} already. Raise VocabSize, or set "
                + "LimitAlphabet.");
        var pieces = new SymbolPieces(words.Length);
        for (var word = 0; word < words.Count; word++)
        {
            foreach (var character in WordCharacters(words[word], alphabet))
                pieces.Add(spellings[character]);
            pieces.EndPiece(words.CountOf(word));
        }
        return pieces;
    }

    private Dictionary<WordCharacter, int> SpellCharacters(PieceCounts words, HashSet<int> alphabet)
    {
        var found = new HashSet<WordCharacter>();
        for (var word = 0; word < words.Count; word++)
            found.UnionWith(WordCharacters(words[word], alphabet));
        foreach (var spelling in found.Select(Spell).Distinct().Order(CodePointOrder.Comparer))
            Add(spelling);
        return found.ToDictionary(character => character, character => _ids[Spell(character)]);
    }

    private string Spell(WordCharacter character) =>
        (character.IsFirst ? "" : _rule.ContinuingPrefix) + character.Rune + (character.IsLast ? _rule.EndOfWordSuffix : "");

    private static List<WordCharacter> WordCharacters(ReadOnlySpan<byte> word, HashSet<int> alphabet)
    {
        var characters = new List<WordCharacter>(word.Length);
        for (var place = 0; place < word.Length;)
        {
            Rune.DecodeFromUtf8(word[place..], out var rune, out var length);
            if (alphabet.Contains(rune.Value))
                characters.Add(new WordCharacter(rune, place == 0, place + length == word.Length));
            place += length;
        }
        return characters;
    }

    private void LearnMerges(SymbolPieces pieces, TrainingRun run)
    {
        var wanted = _rule.VocabSize - _tokens.Count;
        var learner = new MergeLearner(pieces, new MergeRule(_rule.MinFrequency, _rule.MaxTokenLength));
        var before = _tokens.Count;
        while (_tokens.Count < _rule.VocabSize && learner.TryTake(out var pair))
        {
            var (left, right) = learner.IdsOf(pair);
            var joined = _tokens[left] + _tokens[right][(HasPrefix(right) ? _rule.ContinuingPrefix.Length : 0)..];
            if (_ids.TryGetValue(joined, out var id) && !IsUnusedSpecial(id))
                continue; // a text that spells the prefix itself; two symbols of one spelling would be one token
            if (id == 0 && !_ids.ContainsKey(joined))
                id = Add(joined);
            learner.Merge(pair, id);
            _merges.Add(new BpeMerge(left, right, id));
            if (_merges.Count % 256 == 0 || _tokens.Count == _rule.VocabSize)
                run.ReportLearning(_tokens.Count - before, wanted);
        }
    }

    private bool HasPrefix(int id) =>
        _rule.ContinuingPrefix.Length > 0 && _tokens[id].StartsWith(_rule.ContinuingPrefix, StringComparison.Ordinal);

    // A word may spell a special token; the merge that makes it leads to the token's id, once.
    private bool IsUnusedSpecial(int id) => id < _rule.SpecialTokens.Count && !_merges.Exists(merge => merge.Result == id);

    private int Add(string token)
    {
        if (_ids.TryAdd(token, _tokens.Count))
            _tokens.Add(token);
        return _ids[token];
    }

    private readonly record struct WordCharacter(Rune Rune, bool IsFirst, bool IsLast);
}
