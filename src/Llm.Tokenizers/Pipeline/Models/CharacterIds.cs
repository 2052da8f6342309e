using System.Buffers;
using System.Text;

namespace Llm.Tokenizers;

/// <summary>The ids of single characters at each place of a piece: with the prefix of what goes on, with the suffix of what ends.</summary>
internal sealed class CharacterIds
{
    private const int HasPrefix = 1 << 21; // above every code point
    private const int HasSuffix = 1 << 22;

    private readonly Dictionary<int, int> _ids = [];
    private readonly int _continuing; // what a character that is not the first is marked with
    private readonly int _ending;

    public CharacterIds(ModelVocabulary vocabulary, string prefix, string suffix)
    {
        _continuing = prefix.Length > 0 ? HasPrefix : 0;
        _ending = suffix.Length > 0 ? HasSuffix : 0;
        foreach (var (token, id) in vocabulary.InOrder)
        {
            Add(token, id, 0);
            if (_continuing > 0 && token.StartsWith(prefix, StringComparison.Ordinal))
                Add(token.AsSpan(prefix.Length), id, HasPrefix);
            if (_ending > 0 && token.EndsWith(suffix, StringComparison.Ordinal))
                Add(token.AsSpan(0, token.Length - suffix.Length), id, HasSuffix);
            if (_continuing > 0 && _ending > 0 && token.Length > prefix.Length + suffix.Length
                && token.StartsWith(prefix, StringComparison.Ordinal) && token.EndsWith(suffix, StringComparison.Ordinal))
                Add(token.AsSpan()[prefix.Length..^suffix.Length], id, HasPrefix | HasSuffix);
        }
    }

    public int? Find(Rune character, bool isFirst, bool isLast) =>
        _ids.TryGetValue(character.Value | (isFirst ? 0 : _continuing) | (isLast ? _ending : 0), out var id) ? id : null;

    private void Add(ReadOnlySpan<char> token, int id, int marks)
    {
        if (Rune.DecodeFromUtf16(token, out var character, out var length) == OperationStatus.Done && length == token.Length)
            _ids[character.Value | marks] = id;
    }
}
