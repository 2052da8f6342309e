// Feeds damaged files to everything that reads what strangers wrote, and looks for crashes, hangs and unbounded memory.
//
//   dotnet run -c Release --project tests/Llm.Fuzz -- TARGET [--minutes N] [--seed N] [--input FILE]
//
// TARGET is one of the names below, or all. A finding is saved as fuzz-TARGET-*.bin and ends the run with exit code 1; --input runs one
// file again. With SharpFuzz's instrumentation, --afl and --libfuzzer run the same targets under those fuzzers.
using System.Diagnostics;
using Llm.Fuzz;
using SharpFuzz;

var maxTime = TimeSpan.FromSeconds(20);

var name = args.FirstOrDefault() ?? "all";
var targets = Targets.All.Where(target => name == "all" || target.Name == name).ToArray();
if (targets.Length == 0)
{
    Console.Error.WriteLine($"'{name}' is not a target. Known: all, {string.Join(", ", Targets.All.Select(target => target.Name))}.");
    return 2;
}
if (args.Contains("--afl"))
{
    Fuzzer.OutOfProcess.Run(stream => RunExpected(targets[0], ReadAll(stream)));
    return 0;
}
if (args.Contains("--libfuzzer"))
{
    Fuzzer.LibFuzzer.Run(input => RunExpected(targets[0], input.ToArray()));
    return 0;
}
if (Option("--input") is { } file)
{
    targets[0].Run(File.ReadAllBytes(file));
    return 0;
}

var seed = int.Parse(Option("--seed") ?? "1");
var time = TimeSpan.FromMinutes(double.Parse(Option("--minutes") ?? "1", System.Globalization.CultureInfo.InvariantCulture));
var clean = targets.Select(target => Fuzz(target, new Random(seed), time / targets.Length)).ToArray();
return clean.All(one => one) ? 0 : 1;

bool Fuzz(FuzzTarget target, Random random, TimeSpan time)
{
    var mutator = new Mutator([.. target.Seeds()], target.Words, random);
    var watch = Stopwatch.StartNew();
    var (inputs, refused) = (0, 0);
    for (; watch.Elapsed < time; inputs++)
    {
        var input = mutator.Next();
        File.WriteAllBytes($"fuzz-{target.Name}-last.bin", input); // what a crash of the process leaves behind
        if (Find(target, input, ref refused) is not { } finding)
            continue;
        File.WriteAllBytes($"fuzz-{target.Name}-{inputs}.bin", input);
        Console.WriteLine($"{target.Name}: input {inputs} of seed {seed}: {finding}");
        return false;
    }
    File.Delete($"fuzz-{target.Name}-last.bin");
    Console.WriteLine($"{target.Name}: {inputs:N0} inputs, {refused:N0} refused, no finding; {GC.GetTotalMemory(true) >> 20} MB in use.");
    return true;
}

// What is wrong with an input; null if nothing is.
string? Find(FuzzTarget target, byte[] input, ref int refused)
{
    Exception? error = null;
    var allocated = 0L;
    var thread = new Thread(() =>
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(input);
        }
        catch (Exception thrown)
        {
            error = thrown;
        }
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
    })
    { IsBackground = true };
    thread.Start();
    if (!thread.Join(maxTime))
        return $"not done after {maxTime.TotalSeconds} s";
    refused += error is null ? 0 : 1;
    return error is not null && !target.IsExpected(error) ? error.ToString()
        : allocated > target.MaxBytes ? $"{allocated >> 20} MB allocated" : null;
}

void RunExpected(FuzzTarget target, byte[] input)
{
    try
    {
        target.Run(input);
    }
    catch (Exception error) when (target.IsExpected(error))
    {
    }
}

static byte[] ReadAll(Stream stream)
{
    using var copy = new MemoryStream();
    stream.CopyTo(copy);
    return copy.ToArray();
}

string? Option(string option) => Array.IndexOf(args, option) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
