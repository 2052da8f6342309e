using TorchSharp;
using static Llm.Models.Tests.Tensors;
using static TorchSharp.torch;

namespace Llm.Models.Tests;

/// <summary>Tests that count the tensors of the whole process, so nothing may run beside them.</summary>
[Collection(nameof(Alone))]
public sealed class MemoryTests
{
    private static readonly Gpt2Config Tiny =
        Gpt2Presets.NanoGpt with { VocabSize = 11, ContextLength = 8, LayerCount = 2, HeadCount = 2, HiddenSize = 12 };

    [Fact]
    public void Call_ManyTimes_LeavesNoTensorBehind()
    {
        using var model = Tiny.CreateModel();
        using var mode = no_grad();
        var ids = Ids(1, 2, 3);
        model.call(ids).Dispose();
        var (before, all) = (DisposeScopeManager.Statistics.ThreadTotalLiveCount, Tensor.TotalCount);

        for (var i = 0; i < 50; i++)
        {
            using var cache = new KeyValueCache();
            model.call(ids, cache).Dispose();
            model.LastLogits(ids, cache).Dispose();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(Tensor.TotalCount <= all); // finalizers of other tests may still free theirs
    }
}

/// <summary>Runs after all other tests, one class at a time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
