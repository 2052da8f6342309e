// Draws the packages' icon: dotnet run icon/draw.cs icon/icon.png
// It shows a causal attention mask: each row, a token, sees itself (bright) and the tokens before it.
using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;

const int Size = 128, SamplesPerSide = 4, Rows = 4;
const float Margin = 27, Pitch = 19.6f, CellHalf = 7.4f, CellRadius = 3.2f;
Vector3 top = new(62, 42, 140), bottom = new(14, 96, 140), past = new(186, 206, 255), self = new(255, 190, 70);

var pixels = new MemoryStream();
for (var y = 0; y < Size; y++)
{
    pixels.WriteByte(0); // PNG filter: none
    for (var x = 0; x < Size; x++)
        pixels.Write(Pixel(x, y));
}

using var png = File.Create(args[0]);
png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1a, (byte)'\n']);
Chunk("IHDR"u8, [0, 0, 0, Size, 0, 0, 0, Size, 8, 6, 0, 0, 0]); // 8 bits, RGBA
Chunk("IDAT"u8, Compress(pixels.ToArray()));
Chunk("IEND"u8, []);

// The mean of some points inside the pixel, so that edges are smooth.
byte[] Pixel(int x, int y)
{
    var (colour, cover) = (Vector3.Zero, 0f);
    for (var i = 0; i < SamplesPerSide * SamplesPerSide; i++)
    {
        var point = new Vector2(x + (i % SamplesPerSide + 0.5f) / SamplesPerSide, y + (i / SamplesPerSide + 0.5f) / SamplesPerSide);
        if (Distance(point, new(Size / 2f), Size / 2f, 26) > 0)
            continue;
        colour += Colour(point);
        cover++;
    }
    var mean = cover == 0 ? Vector3.Zero : colour / cover;
    return [(byte)mean.X, (byte)mean.Y, (byte)mean.Z, (byte)(255 * cover / (SamplesPerSide * SamplesPerSide))];
}

Vector3 Colour(Vector2 point)
{
    var background = Vector3.Lerp(top, bottom, (point.X + point.Y) / (2 * Size));
    for (var row = 0; row < Rows; row++)
    {
        for (var column = 0; column < Rows; column++)
        {
            var centre = new Vector2(Margin + CellHalf + column * Pitch, Margin + CellHalf + row * Pitch);
            if (Distance(point, centre, CellHalf, CellRadius) > 0)
                continue;
            return row == column ? self
                : row > column ? Vector3.Lerp(background, past, 0.9f - 0.16f * (row - column))
                : Vector3.Lerp(background, past, 0.1f);
        }
    }
    return background;
}

// Signed distance from a square with rounded corners.
static float Distance(Vector2 point, Vector2 centre, float half, float radius)
{
    var outside = Vector2.Abs(point - centre) - new Vector2(half - radius);
    return Vector2.Max(outside, Vector2.Zero).Length() + MathF.Min(MathF.Max(outside.X, outside.Y), 0) - radius;
}

static byte[] Compress(byte[] bytes)
{
    var compressed = new MemoryStream();
    using (var zlib = new ZLibStream(compressed, CompressionLevel.SmallestSize))
        zlib.Write(bytes);
    return compressed.ToArray();
}

void Chunk(ReadOnlySpan<byte> type, byte[] content)
{
    Span<byte> number = stackalloc byte[4];
    BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
    png.Write(number);
    byte[] checkedPart = [.. type, .. content];
    png.Write(checkedPart);
    BinaryPrimitives.WriteUInt32BigEndian(number, Checksum(checkedPart));
    png.Write(number);
}

static uint Checksum(byte[] bytes)
{
    var crc = uint.MaxValue;
    foreach (var value in bytes)
    {
        crc ^= value;
        for (var bit = 0; bit < 8; bit++)
            crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0xedb88320;
    }
    return ~crc;
}
