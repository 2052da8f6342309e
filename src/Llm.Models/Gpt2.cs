using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Llm.Models;

/// <summary>Shape of a GPT-2 model (Radford et al., 2019), or of nanoGPT's. The defaults are the 124M checkpoint.</summary>
public sealed record Gpt2Config : ModelConfig
{
    /// <summary>Token ids run from 0 to this minus 1. The default is 50257.</summary>
    [JsonPropertyName("vocab_size")] public override int VocabSize { get; init; } = 50257;

    /// <summary>Most tokens the model can see at once; block_size in nanoGPT. The default is 1024.</summary>
    [JsonPropertyName("n_positions")] public override int ContextLength { get; init; } = 1024;

    /// <summary>Features of each token. The default is 768.</summary>
    [JsonPropertyName("n_embd")] public override int HiddenSize { get; init; } = 768;

    /// <summary>Blocks. The default is 12.</summary>
    [JsonPropertyName("n_layer")] public override int LayerCount { get; init; } = 12;

    /// <summary>Attention heads in a block. The default is 12.</summary>
    [JsonPropertyName("n_head")] public override int HeadCount { get; init; } = 12;

    /// <summary>Features inside the MLP; null for four times <see cref="HiddenSize"/>.</summary>
    [JsonPropertyName("n_inner")] public int? InnerSize { get; init; }

    /// <summary>Name of the MLP's function, see <see cref="Llm.Models.Activation"/>: gelu_new for GPT-2, gelu for nanoGPT.</summary>
    [JsonPropertyName("activation_function")] public string Activation { get; init; } = "gelu_new";

    /// <summary>Whether linear maps and norms have biases. Hugging Face always has them: without, zeros are written there.</summary>
    [JsonPropertyName("bias")] public bool Bias { get; init; } = true;

    /// <summary>Whether the head is the token embedding. The default is true.</summary>
    [JsonPropertyName("tie_word_embeddings")] public bool TieWordEmbeddings { get; init; } = true;

    /// <summary>Share of each sub-layer's output to drop while training. The default is 0.1.</summary>
    [JsonPropertyName("resid_pdrop")] public double ResidualDropout { get; init; } = 0.1;

    /// <summary>Share of the embeddings to drop while training. The default is 0.1.</summary>
    [JsonPropertyName("embd_pdrop")] public double EmbeddingDropout { get; init; } = 0.1;

    /// <summary>Share of the attention weights to drop while training. The default is 0.1; costly on a CPU.</summary>
    [JsonPropertyName("attn_pdrop")] public double AttentionDropout { get; init; } = 0.1;

    /// <summary>Added to the variance in norms. The default is 1e-5.</summary>
    [JsonPropertyName("layer_norm_epsilon")] public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary>Standard deviation of fresh weights. The default is 0.02.</summary>
    [JsonPropertyName("initializer_range")] public double InitializerRange { get; init; } = 0.02;

    /// <summary>Whether attention scores are divided by √D. The default is true.</summary>
    [JsonPropertyName("scale_attn_weights")] public bool ScaleAttention { get; init; } = true;

    /// <summary>Whether attention scores of layer i are divided by i + 1 as well. The default is false.</summary>
    [JsonPropertyName("scale_attn_by_inverse_layer_idx")] public bool ScaleAttentionByInverseLayer { get; init; }

    /// <summary>Whether attention computes in float32 whatever the type of the weights. The default is false.</summary>
    [JsonPropertyName("reorder_and_upcast_attn")] public bool UpcastAttention { get; init; }

    /// <summary>Id that begins a text, or null.</summary>
    [JsonPropertyName("bos_token_id")] public int? BosTokenId { get; init; }

    /// <summary>Id that ends a text, or null.</summary>
    [JsonPropertyName("eos_token_id")] public int? EosTokenId { get; init; }

    /// <inheritdoc/>
    [JsonIgnore] public override string HuggingFaceClass => "GPT2LMHeadModel";

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (HiddenSize % HeadCount != 0)
            throw new ArgumentException($"HiddenSize ({HiddenSize}) must be a multiple of HeadCount ({HeadCount}).", nameof(HeadCount));
        if (InnerSize is <= 0)
            throw new ArgumentException($"InnerSize must be at least 1, but is {InnerSize}.", nameof(InnerSize));
        foreach (var dropout in (ReadOnlySpan<double>)[ResidualDropout, EmbeddingDropout, AttentionDropout])
        {
            if (dropout is not (>= 0 and < 1))
                throw new ArgumentException($"Dropout must be at least 0 and below 1, but is {dropout}.");
        }
        Models.Activation.ByName(Activation);
    }

    private protected override CausalLM Create() => new Gpt2Model(this);
}

/// <summary>Multi-head causal self-attention.</summary>
public sealed class Gpt2Attention : Module<Tensor, AttentionContext?, Tensor>
{
    private readonly Gpt2Config _config;
    private readonly int _layer;
    [ComponentName(Name = "c_attn")] private readonly Linear _qkv;
    [ComponentName(Name = "c_proj")] private readonly Linear _output;

    /// <summary>Creates the attention of block number <paramref name="layer"/>, counted from 0.</summary>
    public Gpt2Attention(Gpt2Config config, int layer) : base(nameof(Gpt2Attention))
    {
        _config = config;
        _layer = layer;
        _qkv = new Linear(config.HiddenSize, 3 * config.HiddenSize, config.Bias);
        _output = new Linear(config.HiddenSize, config.HiddenSize, config.Bias);
        Gpt2Model.Initialize(_qkv, config.InitializerRange);
        Gpt2Model.Initialize(_output, config.InitializerRange / Math.Sqrt(2 * config.LayerCount));
        RegisterComponents();
    }

    /// <summary>Mixes each token of x (B, T, C) with those before it.</summary>
    public override Tensor forward(Tensor x, AttentionContext? context)
    {
        var (B, T, C) = (x.shape[0], x.shape[1], x.shape[2]);
        var (q, k, v) = Split(x);                                                                  // (B, H, T, D) each
        if (context is not null)
            (k, v) = context.Append(_layer, k, v);                                                 // (B, H, S, D)
        if (_config.UpcastAttention)
            (q, k, v) = (q.to(ScalarType.Float32), k.to(ScalarType.Float32), v.to(ScalarType.Float32));

        var y = CausalAttention.Apply(q, k, v, context, training ? _config.AttentionDropout : 0, Scale); // (B, H, T, D)
        y = y.transpose(1, 2).reshape(B, T, C).to(x.dtype);                                        // (B, T, C)
        return functional.dropout(_output.call(y), _config.ResidualDropout, training);
    }

    /// <summary>How much each token of x (B, T, C) looks at each other: (B, H, T, T), rows sum to 1, nothing above the diagonal.</summary>
    public Tensor Weights(Tensor x, AttentionContext? context = null)
    {
        using var scope = NewDisposeScope();
        var (q, k, _) = Split(x);
        return CausalAttention.Weights(q, k, context, Scale).MoveToOuterDisposeScope();
    }

    private double? Scale => (_config.ScaleAttention, _config.ScaleAttentionByInverseLayer) switch
    {
        (true, false) => null, // 1/√D
        (true, true) => 1 / (Math.Sqrt(_config.HeadSize) * (_layer + 1)),
        (false, true) => 1.0 / (_layer + 1),
        (false, false) => 1,
    };

    private (Tensor Q, Tensor K, Tensor V) Split(Tensor x)
    {
        var (B, T) = (x.shape[0], x.shape[1]);
        var qkv = _qkv.call(x).view(B, T, 3, _config.HeadCount, _config.HeadSize).permute(2, 0, 3, 1, 4); // (3, B, H, T, D)
        return (qkv[0], qkv[1], qkv[2]);
    }
}

/// <summary>Two linear maps with a nonlinearity between them, applied to each token alone.</summary>
public sealed class Gpt2Mlp : Module<Tensor, Tensor>
{
    private readonly double _dropout;
    private readonly Func<Tensor, Tensor> _activation;
    [ComponentName(Name = "c_fc")] private readonly Linear _input;
    [ComponentName(Name = "c_proj")] private readonly Linear _output;

    /// <summary>Creates the MLP.</summary>
    public Gpt2Mlp(Gpt2Config config) : base(nameof(Gpt2Mlp))
    {
        var innerSize = config.InnerSize ?? 4 * config.HiddenSize;
        _dropout = config.ResidualDropout;
        _activation = Activation.ByName(config.Activation);
        _input = new Linear(config.HiddenSize, innerSize, config.Bias);
        _output = new Linear(innerSize, config.HiddenSize, config.Bias);
        Gpt2Model.Initialize(_input, config.InitializerRange);
        Gpt2Model.Initialize(_output, config.InitializerRange / Math.Sqrt(2 * config.LayerCount));
        RegisterComponents();
    }

    /// <summary>Maps x (B, T, C) to (B, T, C).</summary>
    public override Tensor forward(Tensor x) =>
        functional.dropout(_output.call(_activation(_input.call(x))), _dropout, training);
}

/// <summary>Attention, then MLP, each on the normalized input and added to it (pre-norm).</summary>
public sealed class Gpt2Block : Module<Tensor, AttentionContext?, Tensor>
{
    [ComponentName(Name = "ln_1")] private readonly LayerNorm _attentionNorm;
    [ComponentName(Name = "attn")] private readonly Gpt2Attention _attention;
    [ComponentName(Name = "ln_2")] private readonly LayerNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly Gpt2Mlp _mlp;

    /// <summary>Creates block number <paramref name="layer"/>, counted from 0.</summary>
    public Gpt2Block(Gpt2Config config, int layer) : base(nameof(Gpt2Block))
    {
        _attentionNorm = new LayerNorm(config.HiddenSize, config.Bias, config.LayerNormEpsilon);
        _attention = new Gpt2Attention(config, layer);
        _mlpNorm = new LayerNorm(config.HiddenSize, config.Bias, config.LayerNormEpsilon);
        _mlp = new Gpt2Mlp(config);
        RegisterComponents();
    }

    /// <summary>Maps x (B, T, C) to (B, T, C).</summary>
    public override Tensor forward(Tensor x, AttentionContext? context)
    {
        x = x + _attention.call(_attentionNorm.call(x), context);
        x = x + _mlp.call(_mlpNorm.call(x));
        return x;
    }

    /// <summary>The attention weights of this block for its input x (B, T, C): (B, H, T, T).</summary>
    public Tensor AttentionWeights(Tensor x, AttentionContext? context = null)
    {
        using var scope = NewDisposeScope();
        return _attention.Weights(_attentionNorm.call(x), context).MoveToOuterDisposeScope();
    }
}

/// <summary>GPT-2: learned token and position embeddings, pre-norm blocks, a final norm, and a head that is the token embedding.</summary>
public sealed partial class Gpt2Model : CausalLM
{
    private const string Prefix = "transformer.";

    [ComponentName(Name = "wte")] private readonly Embedding _tokens;
    [ComponentName(Name = "wpe")] private readonly Embedding _positions;
    [ComponentName(Name = "h")] private readonly ModuleList<Gpt2Block> _blocks;
    [ComponentName(Name = "ln_f")] private readonly LayerNorm _norm;
    [ComponentName(Name = "lm_head")] private Linear? _head; // null while tied: the embedding is registered once, so it is updated once

    /// <summary>Creates the model with nanoGPT's initialization: N(0, 0.02), output projections divided by √(2 L), biases 0.</summary>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public Gpt2Model(Gpt2Config config) : base(config)
    {
        _tokens = new Embedding(config.VocabSize, config.HiddenSize);
        _positions = new Embedding(config.ContextLength, config.HiddenSize);
        _blocks = new ModuleList<Gpt2Block>([.. Enumerable.Range(0, config.LayerCount).Select(layer => new Gpt2Block(config, layer))]);
        _norm = new LayerNorm(config.HiddenSize, config.Bias, config.LayerNormEpsilon);
        _head = config.TieWordEmbeddings ? null : new Linear(config.HiddenSize, config.VocabSize, bias: false);
        NewParameter.Normal(_tokens.Weight, config.InitializerRange);
        NewParameter.Normal(_positions.Weight, config.InitializerRange);
        if (_head is not null)
            Initialize(_head, config.InitializerRange);
        RegisterComponents();
    }

    /// <summary>The blocks, first to last.</summary>
    public IReadOnlyList<Gpt2Block> Blocks => [.. _blocks];

    /// <inheritdoc/>
    public override Tensor Head(Tensor hidden) => _head is null ? functional.linear(hidden, _tokens.Weight) : _head.call(hidden);

    /// <inheritdoc/>
    protected override Tensor Transform(Tensor ids, Tensor positions, AttentionContext context)
    {
        var x = _tokens.call(ids) + _positions.call(positions); // (B, T, C)
        x = functional.dropout(x, Gpt2.EmbeddingDropout, training);
        foreach (var block in _blocks)
            x = block.call(x, context);
        return _norm.call(x);
    }

    /// <inheritdoc/>
    public override void ResizeVocabulary(int vocabSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabSize);
        _tokens.Resize(vocabSize);
        _head?.ResizeOutput(vocabSize);
        Config = Gpt2 with { VocabSize = vocabSize };
    }

    /// <inheritdoc/>
    public override void CropContext(int contextLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(contextLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(contextLength, Config.ContextLength);
        _positions.Resize(contextLength);
        Config = Gpt2 with { ContextLength = contextLength };
    }

    private Gpt2Config Gpt2 => (Gpt2Config)Config;

    internal static void Initialize(Linear linear, double deviation)
    {
        NewParameter.Normal(linear.Weight, deviation);
        NewParameter.Zero(linear.Bias);
    }

    // Weight-name quirks of Hugging Face's files: the prefix is optional, Conv1D stores (in, out), old files hold the causal mask,
    // and biases always exist there.

    /// <inheritdoc/>
    protected internal override WeightTarget TargetOf(string checkpointName)
    {
        var name = checkpointName.StartsWith(Prefix, StringComparison.Ordinal) ? checkpointName[Prefix.Length..] : checkpointName;
        if (MaskBuffer().IsMatch(name))
            return WeightTarget.Ignore("a causal mask, not a weight");
        if (name == "lm_head.weight" && _head is null)
            return WeightTarget.TiedTo("wte.weight");
        if (!Gpt2.Bias && name.EndsWith(".bias", StringComparison.Ordinal))
            return WeightTarget.MustBeZero("the model has no biases");
        return WeightTarget.Assign(name, transposed: Conv1D().IsMatch(name));
    }

    /// <inheritdoc/>
    protected internal override IEnumerable<KeyValuePair<string, Tensor>> CheckpointTensors()
    {
        foreach (var (name, parameter) in named_parameters())
        {
            var fullName = name == "lm_head.weight" ? name : Prefix + name;
            yield return KeyValuePair.Create(fullName, Conv1D().IsMatch(name) ? parameter.t() : parameter.alias());
            if (!Gpt2.Bias && name != "lm_head.weight" && name is not ("wte.weight" or "wpe.weight"))
                yield return KeyValuePair.Create(fullName[..^"weight".Length] + "bias", zeros(parameter.shape[0], dtype: parameter.dtype));
        }
    }

    /// <inheritdoc/>
    protected internal override string ComponentOf(string parameterName) => parameterName switch
    {
        "wte.weight" => "token embeddings",
        "wpe.weight" => ParameterCounts.PositionEmbeddings,
        "lm_head.weight" => "head",
        _ when parameterName.Contains(".attn.", StringComparison.Ordinal) => "attention",
        _ when parameterName.Contains(".mlp.", StringComparison.Ordinal) => "MLP",
        _ => "norms",
    };

    [GeneratedRegex(@"^h\.\d+\.attn\.(bias|masked_bias)$")]
    private static partial Regex MaskBuffer();

    [GeneratedRegex(@"^h\.\d+\.(attn\.c_attn|attn\.c_proj|mlp\.c_fc|mlp\.c_proj)\.weight$")]
    private static partial Regex Conv1D();
}
