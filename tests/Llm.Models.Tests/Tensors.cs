using TorchSharp;
using static TorchSharp.torch;

namespace Llm.Models.Tests;

internal static class Tensors
{
    /// <summary>Fails unless both have the same shape and no numbers differ by more than the tolerance.</summary>
    public static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        var difference = (expected - actual).abs().max().ToDouble();
        Assert.True(difference <= tolerance, $"The largest difference is {difference:E2}, allowed is {tolerance:E2}.");
    }

    /// <summary>As <see cref="AssertClose"/>, at the positions (B, T) where the mask is 1.</summary>
    public static void AssertCloseWhere(Tensor mask, Tensor expected, Tensor actual, double tolerance)
    {
        var kept = mask.to(ScalarType.Bool);
        AssertClose(expected[kept], actual[kept], tolerance);
    }

    public static Tensor Ids(params long[] ids) => tensor(ids).unsqueeze(0); // (1, T)
}
