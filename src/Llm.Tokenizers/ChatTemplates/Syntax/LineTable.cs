namespace Llm.Tokenizers.ChatTemplates;

/// <summary>Line and column of each place of a text whose lines end with \n.</summary>
internal sealed class LineTable
{
    private readonly List<int> _starts = [0];

    public LineTable(string text)
    {
        for (var i = text.IndexOf('\n'); i >= 0; i = text.IndexOf('\n', i + 1))
            _starts.Add(i + 1);
    }

    public Position this[int offset]
    {
        get
        {
            var line = _starts.BinarySearch(offset);
            line = line < 0 ? ~line - 1 : line;
            return new Position(line + 1, offset - _starts[line] + 1);
        }
    }
}
