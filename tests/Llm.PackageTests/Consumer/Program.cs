// A program of a stranger, who uses the packages and torch in several ways; the tests look at what it prints.
using System.Reflection;
using System.Runtime.InteropServices;

switch (args[0])
{
    case "nothing":
        Console.WriteLine(Assembly.GetExecutingAssembly().GetName().Name);
        break;
    case "torch":
        Console.WriteLine($"sum {Uses.TorchAlone()}");
        break;
    case "block":
        Console.WriteLine(Uses.OneBlock());
        break;
    case "train":
        Uses.TrainAndGenerate();
        break;
    case "startup":
        Console.WriteLine(Assembly.GetExecutingAssembly().GetTypes().Any(type => type.Name.Contains("LlmTorchStartup")));
        break;
}

if (args.Contains("--mapped"))
    Console.WriteLine("mapped " + Uses.MappedLibrary());
if (args.Contains("--policy"))
    Console.WriteLine($"policy {Marshal.PtrToStringUTF8(Uses.getenv("OMP_WAIT_POLICY"))}");

internal static class Uses
{
    /// <summary>Nothing of Llm is named here.</summary>
    public static float TorchAlone() => TorchSharp.torch.ones(2, 3).sum().item<float>();

    public static string OneBlock()
    {
        try
        {
            using var block = new Llm.Models.Gpt2Block(Small(), layer: 0);
            return $"block with {block.parameters().Count()} parameters";
        }
        catch (Exception error)
        {
            return $"{error.GetType().FullName}: {error.Message}";
        }
    }

    public static void TrainAndGenerate()
    {
        TorchSharp.torch.random.manual_seed(1);
        using var model = new Llm.Models.Gpt2Model(Small());
        var optimizer = TorchSharp.torch.optim.AdamW(model.parameters(), lr: 0.01);
        using var ids = TorchSharp.torch.tensor(Enumerable.Range(0, 33).Select(i => (long)(i % 7)).ToArray()).unsqueeze(0);
        for (var step = 1; step <= 10; step++)
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            var logits = model.call(ids[.., ..^1]);
            var loss = TorchSharp.torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[.., 1..].flatten());
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            Console.WriteLine(FormattableString.Invariant($"step {step} loss {loss.item<float>():F4}"));
        }
        Console.WriteLine("generated " + string.Join(' ', Continue(model, [0, 1, 2, 3], count: 10)));
    }

    private static List<long> Continue(Llm.Models.Gpt2Model model, List<long> ids, int count)
    {
        model.eval();
        using var off = TorchSharp.torch.no_grad();
        using var cache = new Llm.Models.KeyValueCache();
        var fresh = ids.ToArray();
        for (var i = 0; i < count; i++)
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            var logits = model.LastLogits(TorchSharp.torch.tensor(fresh).unsqueeze(0), cache);
            fresh = [logits.argmax(-1).item<long>()];
            ids.AddRange(fresh);
        }
        return ids;
    }

    public static string MappedLibrary() => File.Exists("/proc/self/maps")
        ? File.ReadLines("/proc/self/maps").Select(line => line.Split(' ')[^1])
            .LastOrDefault(line => line.Contains("libLibTorchSharp")) ?? "none"
        : "unknown";

    [DllImport("libc")]
    public static extern IntPtr getenv(string name);

    private static Llm.Models.Gpt2Config Small() => new()
    {
        VocabSize = 16,
        ContextLength = 32,
        HiddenSize = 16,
        LayerCount = 2,
        HeadCount = 2,
        ResidualDropout = 0,
        EmbeddingDropout = 0,
        AttentionDropout = 0,
    };
}
