using System.Text;

namespace Llm.Tokenizers;

/// <summary>Counted words as characters numbered by code point. What is not in the alphabet cuts a word in two.</summary>
internal sealed class UnigramWords
{
    // A longer piece of text is cut, so that a line without a space does not need memory without bound.
    private const int MaxLength = 4096;

    private readonly List<int> _alphabet;

    private UnigramWords(List<int> alphabet, SymbolPieces words) => (_alphabet, Words) = (alphabet, words);

    /// <summary>The words.</summary>
    public SymbolPieces Words { get; }

    /// <summary>How many different characters they have.</summary>
    public int AlphabetSize => _alphabet.Count;

    /// <param name="counts">Counted words.</param>
    /// <param name="limitAlphabet">The most characters: the most frequent ones; null for any number.</param>
    public static UnigramWords From(PieceCounts counts, int? limitAlphabet)
    {
        var alphabet = Alphabet.Choose(counts.CountCharacters(), [], limitAlphabet);
        var numbers = alphabet.Index().ToDictionary(character => character.Item, character => character.Index);
        var words = new SymbolPieces(counts.Length);
        for (var word = 0; word < counts.Count; word++)
        {
            var start = words.Length;
            for (var rest = counts[word]; rest.Length > 0;)
            {
                Rune.DecodeFromUtf8(rest, out var rune, out var length);
                rest = rest[length..];
                var isKnown = numbers.TryGetValue(rune.Value, out var number);
                if (isKnown)
                    words.Add(number);
                if (isKnown && words.Length - start < MaxLength)
                    continue;
                words.EndPiece(counts.CountOf(word));
                start = words.Length;
            }
            words.EndPiece(counts.CountOf(word));
        }
        return new UnigramWords(alphabet, words);
    }

    /// <summary>The text of a piece.</summary>
    public string Spell(UnigramPiece piece)
    {
        var text = new StringBuilder(piece.Length);
        foreach (var symbol in Words.Slice(piece.Start, piece.Length))
            text.Append(new Rune(_alphabet[symbol]));
        return text.ToString();
    }
}
