using TorchSharp;

namespace Llm.Models;

/// <summary>
/// Where a model comes from and where it runs, for settings and dependency injection. Give <see cref="Folder"/> or <see cref="Preset"/>.
/// </summary>
public sealed class ModelOptions
{
    /// <summary>A model folder: config.json and weights.</summary>
    public string? Folder { get; set; }

    /// <summary>Name of a shape in <see cref="Gpt2Presets"/>, for a model with fresh weights.</summary>
    public string? Preset { get; set; }

    /// <summary>Seed of the fresh weights of a <see cref="Preset"/>. The default is 1337.</summary>
    public long Seed { get; set; } = 1337;

    /// <summary>auto, cpu, cuda, cuda:N or mps. The default is cpu.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>float32, float64, float16 or bfloat16. The default is float32.</summary>
    public string Type { get; set; } = "float32";

    /// <summary>Checks the options without touching a file.</summary>
    /// <exception cref="ArgumentException">They contradict each other, or a name is not known.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Folder) == string.IsNullOrWhiteSpace(Preset))
            throw new ArgumentException("Give either the Folder of a saved model or the Preset of a new one.");
        if (!string.IsNullOrWhiteSpace(Preset))
            Gpt2Presets.ByName(Preset);
        TorchNames.ParseType(Type);
    }

    /// <summary>Opens or builds the model, in evaluation mode.</summary>
    /// <exception cref="ArgumentException">The options are not valid.</exception>
    public CausalLM CreateModel()
    {
        Validate();
        var (device, type) = (TorchNames.ParseDevice(Device), TorchNames.ParseType(Type));
        if (!string.IsNullOrWhiteSpace(Folder))
            return ModelFolder.Load(Folder, type, device).Model;
        torch.manual_seed(Seed);
        var model = Gpt2Presets.ByName(Preset!).CreateModel();
        model.to(device, type);
        return model;
    }
}
