namespace Llm.Tokenizers;

/// <summary>What a piece of a SentencePiece model is for; the numbers are those of the file.</summary>
internal enum PieceType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>How a SentencePiece model cuts a text; the numbers are those of the file.</summary>
internal enum PieceAlgorithm
{
    Unigram = 1,
    Bpe = 2,
    Word = 3,
    Char = 4,
}

/// <summary>One piece of a SentencePiece model.</summary>
internal readonly record struct SentencePiece(string Text, float Score, PieceType Type);

/// <summary>How a SentencePiece model changes a text before it is cut.</summary>
internal sealed class PieceNormalization
{
    public byte[] CharsMap { get; set; } = [];

    /// <summary>Puts a space before a text, or behind it where spaces end words.</summary>
    public bool AddsDummyPrefix { get; set; } = true;

    /// <summary>Leaves out spaces at the ends, and all but the first of several.</summary>
    public bool RemovesExtraSpaces { get; set; } = true;

    /// <summary>Writes ▁ for spaces.</summary>
    public bool EscapesSpaces { get; set; } = true;
}

/// <summary>
/// A SentencePiece model file as it is stored: a protocol buffer of sentencepiece_model.proto. Unset fields have the defaults given there.
/// </summary>
internal sealed class SentencePieceProto
{
    public List<SentencePiece> Pieces { get; } = [];

    public PieceAlgorithm Algorithm { get; private set; } = PieceAlgorithm.Unigram;

    public bool FallsBackToBytes { get; private set; }

    public bool SpacesAreSuffixes { get; private set; }

    /// <summary>What the unknown piece decodes to.</summary>
    public string UnknownSurface { get; private set; } = " \u2047 ";

    public string BeginPiece { get; private set; } = "<s>";

    public string EndPiece { get; private set; } = "</s>";

    public PieceNormalization Normalization { get; } = new();

    /// <summary>What is done to decoded text; nothing unless it has a map.</summary>
    public PieceNormalization Denormalization { get; } = new();

    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static SentencePieceProto Parse(ReadOnlySpan<byte> file)
    {
        try
        {
            var proto = new SentencePieceProto();
            proto.ReadModel(new ProtobufReader(file));
            return proto;
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw new InvalidDataException($"It is not a SentencePiece model: {error.Message}", error);
        }
    }

    private void ReadModel(ProtobufReader reader)
    {
        while (reader.TryRead(out var field))
        {
            switch (field.Number)
            {
                case 1:
                    Pieces.Add(ReadPiece(new ProtobufReader(field.Bytes)));
                    break;
                case 2:
                    ReadTraining(new ProtobufReader(field.Bytes));
                    break;
                case 3:
                    ReadNormalization(new ProtobufReader(field.Bytes), Normalization);
                    break;
                case 5:
                    ReadNormalization(new ProtobufReader(field.Bytes), Denormalization);
                    break;
            }
        }
    }

    private static SentencePiece ReadPiece(ProtobufReader reader)
    {
        var piece = new SentencePiece("", 0, PieceType.Normal);
        while (reader.TryRead(out var field))
        {
            piece = field.Number switch
            {
                1 => piece with { Text = field.Text },
                2 => piece with { Score = field.Float },
                3 => piece with { Type = (PieceType)Choice(field, 6) },
                _ => piece,
            };
        }
        return piece;
    }

    private void ReadTraining(ProtobufReader reader)
    {
        while (reader.TryRead(out var field))
        {
            switch (field.Number)
            {
                case 3:
                    Algorithm = (PieceAlgorithm)Choice(field, 4);
                    break;
                case 24:
                    SpacesAreSuffixes = field.Flag;
                    break;
                case 35:
                    FallsBackToBytes = field.Flag;
                    break;
                case 44:
                    UnknownSurface = field.Text;
                    break;
                case 46:
                    BeginPiece = field.Text;
                    break;
                case 47:
                    EndPiece = field.Text;
                    break;
            }
        }
    }

    private static void ReadNormalization(ProtobufReader reader, PieceNormalization normalization)
    {
        while (reader.TryRead(out var field))
        {
            switch (field.Number)
            {
                case 2:
                    normalization.CharsMap = field.Bytes.ToArray();
                    break;
                case 3:
                    normalization.AddsDummyPrefix = field.Flag;
                    break;
                case 4:
                    normalization.RemovesExtraSpaces = field.Flag;
                    break;
                case 5:
                    normalization.EscapesSpaces = field.Flag;
                    break;
            }
        }
    }

    private static int Choice(ProtobufField field, int count) => field.Varint >= 1 && field.Varint <= (ulong)count
        ? (int)field.Varint
        : throw new FormatException($"field {field.Number} has the value {field.Varint}; 1 to {count} are possible.");
}
