namespace Llm.Tokenizers.Tests;

public class ByteLevelBpeTests
{
    internal static int IdOfByte(LlmTokenizer tokenizer, byte value) => tokenizer.TokenToId($"{ByteSymbols.ToSymbol(value)}")!.Value;
}
