namespace Llm.HuggingFace;

/// <summary>How a model is written to a folder.</summary>
public sealed class PretrainedModelSaveOptions
{
    /// <summary>Type to store the weights in: float32, float16 or bfloat16; null keeps the model's.</summary>
    public string? Type { get; set; }

    /// <summary>Weights beyond so many bytes are split over several files with an index; null for one file.</summary>
    public long? MaxShardSize { get; set; }
}
