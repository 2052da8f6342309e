using Llm.Models;

namespace Llm.HuggingFace;

/// <summary>Which pretrained model to open, and where it runs.</summary>
public sealed class PretrainedModelOptions
{
    /// <summary>Folder in Hugging Face's layout.</summary>
    public string Folder { get; set; } = "";

    /// <summary>auto, cpu, cuda, cuda:N or mps. The default is cpu.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>
    /// Type of the weights in memory, whatever the file holds: float32, float64, float16 or bfloat16. The default is float32.
    /// </summary>
    public string Type { get; set; } = "float32";

    /// <summary>Whether a missing or unexpected tensor is an error rather than a line in the report. The default is true.</summary>
    public bool Strict { get; set; } = true;

    /// <summary>Checks the options without touching a file.</summary>
    /// <exception cref="ArgumentException">The folder is not given, or a name is not known.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Folder))
            throw new ArgumentException("Give the Folder of a model in Hugging Face's layout.");
        TorchNames.ParseType(Type);
    }
}
