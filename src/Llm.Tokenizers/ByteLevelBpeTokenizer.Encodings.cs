using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Llm.Tokenizers;

public sealed partial class ByteLevelBpeTokenizer
{
    private static readonly Lazy<ByteLevelBpeTokenizer> SharedGpt2 = new(ReadGpt2);
    private static readonly Lazy<ByteLevelBpeTokenizer> SharedCl100k = new(ReadCl100k);

    /// <summary>
    /// GPT-2's tokenizer: 50,257 tokens, &lt;|endoftext|&gt; is 50256. The vocabulary is part of this package; all callers share one
    /// instance.
    /// </summary>
    public static ByteLevelBpeTokenizer Gpt2() => SharedGpt2.Value;

    /// <summary>
    /// GPT-4's tokenizer, cl100k_base: ids below 100,277. Needs the package Microsoft.ML.Tokenizers.Data.Cl100kBase; all callers share one
    /// instance.
    /// </summary>
    /// <exception cref="InvalidOperationException">The package with the vocabulary is missing.</exception>
    public static ByteLevelBpeTokenizer Cl100k() => SharedCl100k.Value;

    /// <summary>A tokenizer of tiktoken's rank file (.tiktoken): a token in base64 and its rank on each line.</summary>
    /// <param name="ranks">The file; it is read to its end and left open.</param>
    /// <param name="pattern">How a text is cut before bytes are merged.</param>
    /// <param name="addedTokens">Special tokens; none if null.</param>
    /// <exception cref="InvalidDataException">The file is not a rank file; the message says in which line.</exception>
    public static ByteLevelBpeTokenizer FromRanks(Stream ranks, SplitPattern pattern, IReadOnlyList<AddedToken>? addedTokens = null)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        ArgumentNullException.ThrowIfNull(pattern);
        var config = new ByteLevelBpeConfig { Pattern = pattern, IgnoresMerges = true, AddedTokens = addedTokens ?? [] };
        return new ByteLevelBpeTokenizer(RankFile.Read(ranks, config.AddedTokens), config);
    }

    // Data/README.md describes the resource.
    private static ByteLevelBpeTokenizer ReadGpt2()
    {
        using var resource = typeof(ByteLevelBpeTokenizer).Assembly.GetManifestResourceStream("gpt2-merges.br")!;
        using var brotli = new BrotliStream(resource, CompressionMode.Decompress);
        var pairs = new ushort[2 * 50_000];
        brotli.ReadExactly(MemoryMarshal.AsBytes(pairs.AsSpan()));
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(pairs, pairs);

        var merges = ToMerges(pairs);
        var tokens = TokenBytes.FromMerges(ByteSymbols.InSymbolOrder, merges);
        var config = new ByteLevelBpeConfig { AddedTokens = [new AddedToken("<|endoftext|>", tokens.Count)] };
        return new ByteLevelBpeTokenizer(new BpeVocabulary(tokens, merges, config.AddedTokens), config, allReachable: true);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // a long loop that runs once
    private static BpeMerge[] ToMerges(ushort[] pairs)
    {
        var merges = new BpeMerge[pairs.Length / 2];
        for (var rank = 0; rank < merges.Length; rank++)
            merges[rank] = new BpeMerge(pairs[2 * rank], pairs[2 * rank + 1], 256 + rank);
        return merges;
    }

    private static ByteLevelBpeTokenizer ReadCl100k()
    {
        const string Package = "Microsoft.ML.Tokenizers.Data.Cl100kBase";
        var assembly = FindAssembly(Package) ?? throw new InvalidOperationException(
            $"The vocabulary of cl100k_base is in the package {Package}, which is missing. Add it: dotnet add package {Package}");
        using var resource = assembly.GetManifestResourceStream("cl100k_base.tiktoken.deflate") ?? throw new InvalidOperationException(
            $"{assembly.FullName} does not hold cl100k_base.tiktoken.deflate. Use version 2.0.1 of the package {Package}.");
        using var ranks = new DeflateStream(resource, CompressionMode.Decompress);
        return FromRanks(ranks, SplitPattern.Cl100k, [
            new("<|endoftext|>", 100257), new("<|fim_prefix|>", 100258), new("<|fim_middle|>", 100259), new("<|fim_suffix|>", 100260),
            new("<|endofprompt|>", 100276)]);
    }

    private static Assembly? FindAssembly(string name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
