namespace Llm.Tokenizers.Tests;

internal static class LlmTokenizerExtensions
{
    /// <summary>The vocabulary in the order of its ids.</summary>
    public static IEnumerable<string?> Tokens(this LlmTokenizer tokenizer) =>
        Enumerable.Range(0, tokenizer.VocabSize).Select(tokenizer.IdToToken);
}
