using static Llm.Models.Tests.Tensors;
using static TorchSharp.torch;

namespace Llm.Models.Tests;

public sealed class KeyValueCacheTests : IDisposable
{
    private static readonly Gpt2Config Tiny =
        Gpt2Presets.NanoGpt with { VocabSize = 11, ContextLength = 16, LayerCount = 2, HeadCount = 2, HiddenSize = 12 };

    private readonly IDisposable _mode = no_grad();
    private readonly CausalLM _model = (Tiny with { InitializerRange = 0.3 }).CreateModel();

    [Fact]
    public void Call_InPieces_GivesTheLogitsOfOneCall()
    {
        var ids = Ids(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        using var cache = new KeyValueCache(initialCapacity: 1);

        var pieces = cat([_model.call(ids[.., ..3], cache), _model.call(ids[.., 3..4], cache), _model.call(ids[.., 4..], cache)], 1);

        AssertClose(_model.call(ids), pieces, 1e-5);
        Assert.Equal(10, cache.Length);
    }

    [Fact]
    public void Truncate_ThenOtherTokens_ForgetsTheOnesBetween()
    {
        using var cache = new KeyValueCache();
        _model.call(Ids(1, 2, 3, 9, 9), cache);

        cache.Truncate(3);

        AssertClose(_model.call(Ids(1, 2, 3, 4))[.., -1], _model.LastLogits(Ids(4), cache), 1e-5);
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Truncate(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Truncate(-1));
    }

    [Fact]
    public void Select_Rows_ReordersAndCopiesThem()
    {
        using var cache = new KeyValueCache();
        _model.call(tensor(new long[,] { { 1, 2, 3 }, { 4, 5, 6 } }), cache);

        cache.Select([1, 0, 1]);

        var expected = _model.call(tensor(new long[,] { { 4, 5, 6, 7 }, { 1, 2, 3, 8 }, { 4, 5, 6, 9 } }))[.., -1];
        AssertClose(expected, _model.LastLogits(tensor(new long[,] { { 7 }, { 8 }, { 9 } }), cache), 1e-5);
    }

    [Fact]
    public void Select_PaddedRows_TakesTheirPaddingAlong()
    {
        var ids = tensor(new long[,] { { 0, 0, 3 }, { 4, 5, 6 } });
        using var cache = new KeyValueCache(attentionMask: tensor(new long[,] { { 0, 0, 1 }, { 1, 1, 1 } }));
        _model.call(ids, cache);

        cache.Select([1, 0]);

        var next = _model.LastLogits(tensor(new long[,] { { 7 }, { 8 } }), cache);
        AssertClose(_model.call(Ids(4, 5, 6, 7))[0, -1], next[0], 1e-5);
        AssertClose(_model.call(Ids(3, 8))[0, -1], next[1], 1e-5);
    }

    [Fact]
    public void Call_ThatFails_LeavesTheCacheAsItWas()
    {
        using var cache = new KeyValueCache();
        _model.call(Ids(1, 2, 3), cache);

        Assert.Throws<ArgumentException>(() => _model.call(Ids(4, 99), cache));
        Assert.Throws<ArgumentException>(() => _model.call(tensor(new long[,] { { 4 }, { 5 } }), cache));

        Assert.Equal(3, cache.Length);
        AssertClose(_model.call(Ids(1, 2, 3, 4))[.., -1], _model.LastLogits(Ids(4), cache), 1e-5);
    }

    [Fact]
    public void Call_BeyondTheContext_SaysHowManyTokensThereAre()
    {
        using var cache = new KeyValueCache();
        _model.call(Ids(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), cache);
        var error = Assert.Throws<ArgumentException>(() => _model.call(Ids(1, 2, 3, 4, 5, 6, 7), cache));
        Assert.Contains("17 tokens do not fit into the context of 16", error.Message);
    }

    [Fact]
    public void Begin_MaskOfOtherShape_Throws()
    {
        using var context = new AttentionContext(tensor(new long[,] { { 1, 1, 1 } }));
        var error = Assert.Throws<ArgumentException>(() => _model.call(Ids(1, 2), context));
        Assert.Contains("attention mask has the shape (1, 3)", error.Message);
        Assert.Throws<ArgumentException>(() => new AttentionContext(tensor([1L, 1])));
    }

    public void Dispose()
    {
        _model.Dispose();
        _mode.Dispose();
    }
}
