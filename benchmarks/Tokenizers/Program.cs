// Speed of our tokenizers against the other .NET libraries: one thread, the same ids, runs interleaved, medians, ratios to the best peer.
// dotnet run -c Release --project benchmarks/Tokenizers -- [TEXT FILE]; the default text is Moby-Dick.
// dotnet run -c Release --project benchmarks/Tokenizers -- train [TEXT FILE]; learns 32,000 tokens; the default is all texts of the
// samples.
using System.Text;
using Llm.Benchmarks;
using Llm.Tokenizers;

const int Rounds = 9;

if (args.FirstOrDefault() == "train")
{
    Training.Measure(args.Length > 1 ? args[1..] : Directory.GetFiles("samples/Data", "*.txt"));
    return;
}
if (args.FirstOrDefault() == "start")
{
    Startup.MeasureHere(args[1]);
    return;
}
var path = args.FirstOrDefault() ?? "samples/Data/moby-dick.txt";
var document = File.ReadAllText(path).Replace("<|endoftext|>\n", ""); // Microsoft's tokenizer would take the mark for a special token
var strings = Enumerable.Range(0, document.Length / 100).Select(i => document.Substring(100 * i, 100)).ToArray();
var megabytes = Encoding.UTF8.GetByteCount(document) / 1e6;
Console.WriteLine(
    $"{Path.GetFileName(path)}, {megabytes:F2} MB; {Environment.ProcessorCount} cores; .NET {Environment.Version}; medians of {Rounds}.");
Console.WriteLine($"{"",-34}{"Llm MB/s",10}{"Microsoft",12}{"SharpToken",12}{"times the best peer",22}");

foreach (var encoding in (string[])["cl100k_base", "o200k_base", "r50k_base"])
{
    var contenders = Contender.For(encoding);
    var warm = contenders.Select(contender => contender.Create()).ToArray();
    var ids = warm[0].Encode(document);
    for (var i = 1; i < warm.Length; i++)
    {
        if (!warm[i].Encode(document).SequenceEqual(ids))
            Console.WriteLine($"  {contenders[i].Name} gives other ids of {encoding}.");
    }
    Report("document", contenders.Select(contender => Prepare(contender.Create, tokenizer => tokenizer.Encode(document))));
    Report("strings of 100, empty cache", contenders.Select(contender => Prepare(contender.Create, EncodeStrings)));
    Report("strings of 100, warm", warm.Select(tokenizer => Prepare(() => tokenizer, EncodeStrings)));
    Report("decode", warm.Select(tokenizer => Prepare(() => tokenizer, one => one.Decode(ids))));

    void Report(string what, IEnumerable<Func<Action>> prepare)
    {
        var speeds = Interleaved.Medians(Rounds, [.. prepare]).Select(milliseconds => megabytes / milliseconds * 1000).ToArray();
        var advantage = speeds[0] / Math.Max(speeds[1], speeds[2]);
        Console.WriteLine($"{encoding + ' ' + what,-34}{speeds[0],10:F0}{speeds[1],12:F0}{speeds[2],12:F0}{advantage,22:F1}");
    }
}
Startup.Measure(["gpt2", "cl100k_base", "o200k_base"]);
Threads();
Allocations();
Pathological();

void EncodeStrings(Contender.Tokenizer tokenizer)
{
    foreach (var text in strings)
        tokenizer.Encode(text);
}

static Func<Action> Prepare(Func<Contender.Tokenizer> create, Action<Contender.Tokenizer> run) => () =>
{
    var tokenizer = create();
    return () => run(tokenizer);
};

void Threads()
{
    var tokenizer = ByteLevelBpeTokenizer.Cl100k();
    var halves = strings.Chunk((strings.Length + 1) / 2).ToArray();
    var medians = Interleaved.Medians(Rounds, () => () => EncodeOften(strings), () => InThreads);
    Console.WriteLine($"two threads: {medians[0] / medians[1]:F2} times one");

    void InThreads()
    {
        var threads = halves.Select(half => new Thread(() => EncodeOften(half))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    void EncodeOften(string[] texts)
    {
        for (var i = 0; i < 10; i++) // so long that the start of a thread does not count
            Array.ForEach(texts, text => tokenizer.Encode(text));
    }
}

void Allocations()
{
    var tokenizer = ByteLevelBpeTokenizer.Cl100k();
    tokenizer.Encode(document);
    var before = GC.GetAllocatedBytesForCurrentThread();
    var ids = tokenizer.Encode(document);
    var encoded = GC.GetAllocatedBytesForCurrentThread() - before;
    before = GC.GetAllocatedBytesForCurrentThread();
    var text = tokenizer.Decode(ids);
    var decoded = GC.GetAllocatedBytesForCurrentThread() - before;
    Console.WriteLine($"allocated beyond the result: encode {encoded - 4L * ids.Length} bytes, decode {decoded - 2L * text.Length} bytes");
}

void Pathological()
{
    var random = new Random(1);
    (string Name, string Text)[] texts =
    [
        ("one letter, 1 MB", new string('a', 1_000_000)),
        ("spaces, 1 MB", new string(' ', 1_000_000)),
        ("random CJK, 1 MB", string.Concat(Enumerable.Range(0, 333_333).Select(_ => (char)random.Next(0x4E00, 0x9FA0)))),
        ("a word of 200 KB", string.Concat(Enumerable.Range(0, 200_000).Select(_ => (char)random.Next('a', 'z' + 1)))),
    ];
    foreach (var (name, text) in texts)
    {
        var medians = Interleaved.Medians(3, () => () => ByteLevelBpeTokenizer.Cl100k().Encode(text));
        Console.WriteLine($"{name}: {medians[0]:F0} ms");
    }
}
