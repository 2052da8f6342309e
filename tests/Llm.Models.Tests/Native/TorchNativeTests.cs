using TorchSharp;

namespace Llm.Models.Tests.Native;

public class TorchNativeTests
{
    [Fact]
    public void TorchSharp_UsedBeforeLlmModels_Works()
    {
        using var sum = torch.ones(2, 3).sum();

        Assert.Equal(6f, sum.item<float>());
    }

    [Fact]
    public void EnsureLoaded_CalledFromManyThreads_LoadsOnce()
    {
        Parallel.For(0, 16, _ => TorchNative.EnsureLoaded());

        using var module = torch.nn.Linear(2, 3);
        Assert.Equal(2, module.parameters().Count());
    }
}
