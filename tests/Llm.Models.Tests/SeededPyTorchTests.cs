using Llm.Testing;
using Llm.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Llm.Models.Tests;

/// <summary>
/// Numbers that seeded PyTorch notebooks print (S. Raschka, LLMs-from-scratch, chapters 2 to 5): with the same seed and the same order of
/// draws our modules give the same digits, dropout included. They seed the process, so nothing may run beside them.
/// </summary>
[Collection(nameof(Alone))]
public sealed class SeededPyTorchTests
{
    private const double FourDigits = 6e-5;

    private static readonly float[] Words =
        [0.43f, 0.15f, 0.89f, 0.55f, 0.87f, 0.66f, 0.57f, 0.85f, 0.64f, 0.22f, 0.58f, 0.33f, 0.77f, 0.25f, 0.1f, 0.05f, 0.8f, 0.55f];

    [Fact]
    public void Embedding_Seed123_PrintsTheSameRows()
    {
        manual_seed(123);
        AssertPrints(
            [
                0.3374, -0.1778, -0.1690, 0.9178, 1.5810, 1.3010, 1.2753, -0.2010, -0.1606,
                -0.4015, 0.9666, -1.1481, -1.1589, 0.3255, -0.6315, -2.8400, -0.7849, -1.4096,
            ],
            new Embedding(6, 3).Weight);
    }

    [Fact]
    public void Linear_Seed123_PrintsTheSameOutput()
    {
        manual_seed(123);
        var x = randn(2, 5);
        AssertPrints(
            [0.2260, 0.3470, 0, 0.2216, 0, 0, 0.2133, 0.2394, 0, 0.5198, 0.3297, 0],
            Activation.ByName("relu")(new Linear(5, 6).call(x)));
    }

    [Fact]
    public void CausalAttention_Seed123_PrintsTheSameContext()
    {
        manual_seed(123);
        var (query, key, value) = (new Linear(3, 2, bias: false), new Linear(3, 2, bias: false), new Linear(3, 2, bias: false));
        var x = tensor(Words).view(1, 1, 6, 3); // (B, H, T, C)

        AssertPrints(
            [-0.4519, 0.2216, -0.5874, 0.0058, -0.6300, -0.0632, -0.5675, -0.0843, -0.5526, -0.0981, -0.5299, -0.1081],
            CausalAttention.Apply(query.call(x), key.call(x), value.call(x)));
    }

    [Fact]
    public void ComposedGpt_Seed123WithDropout_PrintsTheSameLogits()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(123);
        var model = new ComposedGpt(contextLength: 1024, dropout: 0.1);

        var logits = model.Forward(tensor(new long[,] { { 6109, 3626, 6100, 345 }, { 6109, 1110, 6622, 257 } })); // (B, T, V)

        AssertPrints(
            [0.3613, 0.4222, -0.0711, 0.3483, 0.4661, -0.2838, -0.1792, -0.5660, -0.9485, 0.0477, 0.5181, -0.3168,
             0.7120, 0.0332, 0.1085, 0.1018, -0.4327, -0.2553, -1.0076, 0.3418, -0.1190, 0.7195, 0.4023, 0.0532],
            cat([logits[0, .., ..3], logits[0, .., ^3..]], 1));
    }

    [Fact]
    public void ComposedGpt_TheVerdict_InitialLossIsThePublishedOne()
    {
        var path = TestData.Shared("data", "corpora", "the-verdict.txt");
        Assert.SkipWhen(path is null, "The text (shared/data/corpora/the-verdict.txt) is not here.");
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var text = File.ReadAllText(path!);
        var split = (int)(0.9 * text.Length);
        manual_seed(123);
        var model = new ComposedGpt(contextLength: 256, dropout: 0);

        Assert.Equal(10.987583054436577, MeanLoss(model, text[..split]), 1e-5);
        Assert.Equal(10.98110580444336, MeanLoss(model, text[split..]), 1e-5);
    }

    private static double MeanLoss(ComposedGpt model, string text)
    {
        var ids = ByteLevelBpeTokenizer.Gpt2().EncodeToIds(text).Select(id => (long)id).ToArray();
        var losses = new List<double>();
        for (var start = 0; start + 256 < ids.Length; start += 256)
        {
            using var scope = NewDisposeScope();
            var logits = model.Forward(tensor(ids[start..(start + 256)]).unsqueeze(0));
            losses.Add(F.cross_entropy(logits.flatten(0, 1), tensor(ids[(start + 1)..(start + 257)])).ToDouble());
        }
        return losses.Average();
    }

    private static void AssertPrints(double[] expected, Tensor actual) =>
        Tensors.AssertClose(tensor(expected, ScalarType.Float32), actual.flatten(), FourDigits);

    /// <summary>
    /// The GPT of that book, composed from public modules: three maps for q, k, v without bias, PyTorch's initialization, an untied head.
    /// </summary>
    private sealed class ComposedGpt(int contextLength, double dropout)
    {
        private readonly Embedding _tokens = new(50257, 768);
        private readonly Embedding _positions = new(contextLength, 768);
        private readonly Block[] _blocks = [.. Enumerable.Range(0, 12).Select(_ => new Block(dropout))];
        private readonly LayerNorm _norm = new(768);
        private readonly Linear _head = new(768, 50257, bias: false);

        public Tensor Forward(Tensor ids)
        {
            var x = _tokens.call(ids) + _positions.call(arange(ids.shape[1], dtype: ScalarType.Int64)); // (B, T, C)
            x = F.dropout(x, dropout, training: true);
            foreach (var block in _blocks)
                x = block.Forward(x);
            return _head.call(_norm.call(x)); // (B, T, V)
        }

        private sealed class Block(double dropout)
        {
            private readonly Linear _query = new(768, 768, bias: false);
            private readonly Linear _key = new(768, 768, bias: false);
            private readonly Linear _value = new(768, 768, bias: false);
            private readonly Linear _output = new(768, 768);
            private readonly Linear _up = new(768, 3072);
            private readonly Linear _down = new(3072, 768);
            private readonly LayerNorm _attentionNorm = new(768);
            private readonly LayerNorm _mlpNorm = new(768);

            public Tensor Forward(Tensor x)
            {
                var h = _attentionNorm.call(x);
                var (q, k, v) = (Heads(_query.call(h)), Heads(_key.call(h)), Heads(_value.call(h))); // (B, H, T, D) each
                var y = CausalAttention.Apply(q, k, v, dropout: dropout);                            // (B, H, T, D)
                x = x + F.dropout(_output.call(y.transpose(1, 2).flatten(2)), dropout, training: true);
                var m = _down.call(Activation.ByName("gelu_new")(_up.call(_mlpNorm.call(x))));
                return x + F.dropout(m, dropout, training: true);
            }

            private static Tensor Heads(Tensor x) => x.unflatten(2, [12, 64]).transpose(1, 2); // (B, H, T, D)
        }
    }
}
