using TorchSharp;
using static TorchSharp.torch;

namespace Llm.Training;

/// <summary>Operators of libtorch that TorchSharp has no method for, reached through TorchScript.</summary>
/// <remarks>
/// The text is a constant, and every function has a test: an operator name that libtorch does not know would end the process. Lists must be
/// arguments; on a list written in the script, in-place operators have no effect.
/// </remarks>
internal static class AtenScripts
{
    private const string Source = """
        def adamw(
                p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], steps: List[Tensor],
                lr: float, beta1: float, beta2: float, decay: float, eps: float):
            torch._foreach_add_(steps, 1)
            torch._fused_adamw_(
                p, g, m, v, [], steps,
                lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
            return steps[0]

        def amsgrad(
                p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], w: List[Tensor], steps: List[Tensor],
                lr: float, beta1: float, beta2: float, decay: float, eps: float):
            torch._foreach_add_(steps, 1)
            torch._fused_adamw_(
                p, g, m, v, w, steps,
                lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=True, maximize=False)
            return steps[0]

        """; // the parser wants the last line to end

    private static readonly Lazy<jit.CompilationUnit> Unit = new(() => jit.compile(Source));

    /// <summary>
    /// One update of AdamW on lists of parameters, gradients, first and second moments and step counts (0-dim), in place, in one pass.
    /// </summary>
    public static void FusedAdamW(
        Tensor[] p, Tensor[] g, Tensor[] m, Tensor[] v, Tensor[] steps,
        double lr, (double, double) betas, double decay, double eps) =>
        Invoke("adamw", [p, g, m, v, steps], [lr, betas.Item1, betas.Item2, decay, eps]);

    /// <summary>The same with <paramref name="w"/>, the largest second moments so far (AMSGrad).</summary>
    public static void FusedAmsGrad(
        Tensor[] p, Tensor[] g, Tensor[] m, Tensor[] v, Tensor[] w, Tensor[] steps,
        double lr, (double, double) betas, double decay, double eps) =>
        Invoke("amsgrad", [p, g, m, v, w, steps], [lr, betas.Item1, betas.Item2, decay, eps]);

    // TorchSharp makes a Scalar of each number, whose finalizer may free it before the native call: these live until after it.
    private static void Invoke(string function, Tensor[][] lists, double[] numbers)
    {
        var scalars = numbers.Select(number => (Scalar)number).ToArray();
        using var result = (Tensor)Unit.Value.invoke(function, [.. lists, .. scalars]);
        foreach (var scalar in scalars)
            scalar.Dispose();
        GC.KeepAlive(lists);
    }
}
