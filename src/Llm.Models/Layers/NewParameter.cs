using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>Allocates parameters and fills them, unless weights are about to be read into them anyway.</summary>
internal static class NewParameter
{
    [ThreadStatic] private static int _unfilled;

    /// <summary>Until disposed, parameters made on this thread stay unfilled: the caller assigns every one of them from a file.</summary>
    public static IDisposable Unfilled() => new Scope();

    public static Parameter Empty(params long[] shape) => new Parameter(empty(shape)).DetachParameter();

    public static Parameter Filled(double value, params long[] shape)
    {
        var parameter = Empty(shape);
        Fill(parameter, p => p.fill_(value));
        return parameter;
    }

    public static void Uniform(Parameter parameter, double bound) => Fill(parameter, p => p.uniform_(-bound, bound));

    public static void Normal(Parameter parameter, double deviation) => Fill(parameter, p => p.normal_(0, deviation));

    public static void Zero(Parameter? parameter)
    {
        if (parameter is not null)
            Fill(parameter, p => p.zero_());
    }

    /// <summary>
    /// The first <paramref name="count"/> rows of a table, or the table with rows appended; the old parameter is disposed. A new row is the
    /// mean of the old ones plus noise with 1e-9 of their covariance, as in Hugging Face's resize_token_embeddings, so that new tokens
    /// start neither likely nor impossible.
    /// </summary>
    public static Parameter WithRows(Parameter table, long count)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var old = table.shape[0];
        var rows = count <= old ? table.narrow(0, 0, count).clone() : cat([table, NewRows(table, count - old)], 0);
        var resized = new Parameter(rows, table.requires_grad).DetachParameter();
        table.Dispose();
        return resized;
    }

    private static Tensor NewRows(Tensor table, long count)
    {
        var n = table.shape[0];
        var mean = table.mean([0], keepdim: true);                                    // (1, C)
        // Rows of z · (W − mean) / √n have exactly the covariance of the old rows; no matrix has to be factorised.
        var z = randn(count, n, dtype: table.dtype, device: table.device);            // (new, n)
        return mean + z.mm(table - mean) * Math.Sqrt(1e-9 / n);                       // (new, C)
    }

    /// <summary>A parameter outlives the dispose scope in which it is made.</summary>
    public static Parameter DetachParameter(this Parameter parameter)
    {
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    private static void Fill(Parameter parameter, Func<Tensor, Tensor> fill)
    {
        if (_unfilled > 0)
            return;
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        fill(parameter);
    }

    private sealed class Scope : IDisposable
    {
        public Scope() => _unfilled++;

        public void Dispose() => _unfilled--;
    }
}
