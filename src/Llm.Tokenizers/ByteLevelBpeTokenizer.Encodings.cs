using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Llm.Tokenizers;

public sealed partial class ByteLevelBpeTokenizer
{
    private static readonly Lazy<ByteLevelBpeTokenizer> SharedGpt2 = new(ReadGpt2);
    private static readonly Lazy<ByteLevelBpeTokenizer> SharedP50k = new(() => ReadP50k([]));
    private static readonly Lazy<ByteLevelBpeTokenizer> SharedP50kEdit = new(() => ReadP50k([
        new("<|fim_prefix|>", 50281), new("<|fim_middle|>", 50282), new("<|fim_suffix|>", 50283)]));
    private static readonly Lazy<ByteLevelBpeTokenizer> SharedCl100k = new(() => ReadPackage("Cl100kBase", SplitPattern.Cl100k, [
        new("<|endoftext|>", 100257), new("<|fim_prefix|>", 100258), new("<|fim_middle|>", 100259), new("<|fim_suffix|>", 100260),
        new("<|endofprompt|>", 100276)]));
    private static readonly Lazy<ByteLevelBpeTokenizer> SharedO200k = new(() => ReadPackage("O200kBase", SplitPattern.O200k, [
        new("<|endoftext|>", 199999), new("<|endofprompt|>", 200018)]));
    private static readonly Dictionary<string, Lazy<ByteLevelBpeTokenizer>> Encodings = new()
    {
        ["gpt2"] = SharedGpt2,
        ["r50k_base"] = SharedGpt2,
        ["p50k_base"] = SharedP50k,
        ["p50k_edit"] = SharedP50kEdit,
        ["cl100k_base"] = SharedCl100k,
        ["o200k_base"] = SharedO200k,
    };

    /// <summary>
    /// The names that <see cref="ForEncoding"/> knows: gpt2, r50k_base, p50k_base, p50k_edit, cl100k_base and o200k_base.
    /// </summary>
    public static IReadOnlyCollection<string> EncodingNames => Encodings.Keys;

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

    /// <summary>
    /// GPT-4o's tokenizer, o200k_base: ids below 200,019. Needs the package Microsoft.ML.Tokenizers.Data.O200kBase; all callers share one
    /// instance.
    /// </summary>
    /// <exception cref="InvalidOperationException">The package with the vocabulary is missing.</exception>
    public static ByteLevelBpeTokenizer O200k() => SharedO200k.Value;

    /// <summary>The tokenizer that tiktoken calls so; all callers share one instance.</summary>
    /// <param name="name">One of <see cref="EncodingNames"/>. cl100k_base and o200k_base need a package of their own.</param>
    /// <exception cref="ArgumentException">No encoding is called so.</exception>
    /// <exception cref="InvalidOperationException">The package with the vocabulary is missing; the message says which.</exception>
    public static ByteLevelBpeTokenizer ForEncoding(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Encodings.TryGetValue(name, out var tokenizer)
            ? tokenizer.Value
            : throw new ArgumentException($"'{name}' is not a known encoding. Known: {string.Join(", ", EncodingNames)}.", nameof(name));
    }

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

    // p50k_base is GPT-2's tokens and runs of 2 to 25 spaces: written out so, it has the checksum that tiktoken asks of its file.
    private static ByteLevelBpeTokenizer ReadP50k(AddedToken[] more)
    {
        const int OneSpace = 50255, ShortestRun = 2, LongestRun = 25;
        var gpt2 = Gpt2();
        using var ranks = new MemoryStream();
        using (var lines = new StreamWriter(ranks, leaveOpen: true) { NewLine = "\n" })
        {
            for (var id = 0; id < gpt2.EndOfTextId; id++)
                lines.WriteLine($"{Convert.ToBase64String(gpt2.Learned.Tokens[id])} {id}");
            for (var length = ShortestRun; length <= LongestRun; length++)
                lines.WriteLine($"{Convert.ToBase64String(Encoding.ASCII.GetBytes(new string(' ', length)))} {OneSpace + length}");
        }
        ranks.Position = 0;
        return FromRanks(ranks, SplitPattern.Gpt2, [new("<|endoftext|>", 50256), .. more]);
    }

    private static ByteLevelBpeTokenizer ReadPackage(string packageSuffix, SplitPattern pattern, AddedToken[] addedTokens)
    {
        var package = $"Microsoft.ML.Tokenizers.Data.{packageSuffix}";
        var encoding = $"{pattern.Name}_base";
        var assembly = FindAssembly(package) ?? throw new InvalidOperationException(
            $"The vocabulary of {encoding} is in the package {package}, which is missing. Add it: dotnet add package {package}");
        using var resource = assembly.GetManifestResourceStream($"{encoding}.tiktoken.deflate") ?? throw new InvalidOperationException(
            $"{assembly.FullName} does not hold {encoding}.tiktoken.deflate. Use version 2.0.1 of the package {package}.");
        using var ranks = new DeflateStream(resource, CompressionMode.Decompress);
        return FromRanks(ranks, pattern, addedTokens);
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
