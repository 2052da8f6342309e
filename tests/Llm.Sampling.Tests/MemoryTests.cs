using static TorchSharp.torch;

namespace Llm.Sampling.Tests;

/// <summary>Tests that count what the whole process or a thread allocates, so nothing may run beside them.</summary>
[Collection(nameof(Alone))]
public sealed class MemoryTests
{
    [Theory]
    [InlineData(2048)] // all within the context: the cache grows
    [InlineData(16)]   // nearly all beyond it: a full pass each
    public void Generate_TwoThousandTokens_LeavesNoTensorBehind(int contextLength)
    {
        using var model = ScriptedSession.Shape(vocabSize: 50, contextLength);
        var generator = new TokenGenerator(model);
        var options = new GenerationOptions { MaxNewTokens = 2000, DoSample = true, Seed = 1, StopTokens = [] };
        Assert.Equal(20, generator.Generate([1], options).Take(20).Count());
        var (before, atTheStart, tokens) = (TensorsInUse(), 0L, 0);

        foreach (var _ in generator.Generate([1], options))
        {
            if (++tokens == 50)
                atTheStart = Tensor.TotalCount;
        }

        Assert.Equal(2000, tokens);
        Assert.True(Tensor.TotalCount <= before, $"{Tensor.TotalCount - before} tensors more than before.");
        var cache = 2 * model.Config.LayerCount; // keys and values
        Assert.True(atTheStart - before <= cache, $"{atTheStart - before} tensors in use.");
    }

    [Fact]
    public async Task StreamAsync_ReaderBreaksOff_LeavesNoTensorBehind()
    {
        using var model = ScriptedSession.Shape(vocabSize: 1024);
        var options = new GenerationOptions { StopTokens = [], MaxNewTokens = 1000, DoSample = true };
        var generator = new TextGenerator(model, MobyMini.Tokenizer, options);
        var before = TensorsInUse();

        for (var i = 0; i < 5; i++)
        {
            await foreach (var _ in generator.StreamAsync("The whale"))
                break;
        }

        Assert.True(Tensor.TotalCount <= before, $"{Tensor.TotalCount - before} tensors more than before.");
    }

    private static long TensorsInUse()
    {
        GC.Collect(); // what other tests forgot must not be freed while this one counts
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }

    [Fact]
    public void ProcessorsAndDraw_ManyTokens_AllocateNothing()
    {
        var random = new Random(1);
        var logits = Enumerable.Range(0, 50257).Select(_ => (float)(random.NextDouble() * 20)).ToArray();
        var copy = new float[logits.Length];
        int[] ids = [1, 2, 3, 50256];
        ILogitsProcessor[] processors =
        [
            new RepetitionPenaltyProcessor(1.2), new TemperatureProcessor(0.8), new TopPProcessor(0.95), new MinPProcessor(0.01),
            new TopKProcessor(50),
        ];

        // The shared pool of arrays may be trimmed at any time; it is not trimmed three times running.
        Assert.Contains(0L, Enumerable.Range(0, 4).Select(_ => Allocated(20)).ToArray());

        long Allocated(int tokens)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var token = 0UL; token < (ulong)tokens; token++)
            {
                logits.CopyTo(copy, 0);
                foreach (var processor in processors)
                    processor.Process(copy, ids);
                TokenChoice.Draw(copy, Philox.Uniform(seed: 1, token));
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}

/// <summary>Runs after all other tests, one class at a time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
