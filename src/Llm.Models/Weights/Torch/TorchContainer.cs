using System.Text;

namespace Llm.Models;

/// <summary>Tells the forms of torch.save files apart, and says what a file is that has neither.</summary>
internal static class TorchContainer
{
    /// <summary>Reads what was saved and finds the place of every storage.</summary>
    public static object? Read(RandomAccessFile file)
    {
        Span<byte> start = stackalloc byte[(int)Math.Min(file.Length, 32)];
        file.Read(0, start);
        if (start.StartsWith("PK\x03\x04"u8))
            return TorchZip.Read(file);
        if (start.Length > 0 && start[0] == (byte)PickleOpcode.PROTO)
            return TorchLegacy.Read(file);
        throw new InvalidDataException($"{file.Path} is not a file of torch.save: {Guess(start)}");
    }

    private static string Guess(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty)
            return "it is empty.";
        if (start.StartsWith("version https://git-lfs"u8))
            return "it is a Git LFS pointer. Fetch the file itself with `git lfs pull`.";
        if (start.StartsWith("GGUF"u8))
            return "it is a GGUF file.";
        if (start.StartsWith("PK"u8))
            return "it is an empty or damaged zip file.";
        if (start.Length > 8 && start[8] == '{')
            return "it looks like safetensors. Open it with SafetensorsFile.";
        if (start.TrimStart((byte)' ')[..1] is [(byte)'<'])
            return "it is a web page or XML.";
        return $"it starts with '{Encoding.Latin1.GetString(start[..Math.Min(start.Length, 8)])}'.";
    }
}
