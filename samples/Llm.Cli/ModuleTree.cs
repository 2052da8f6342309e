using System.Globalization;
using Llm.Models;
using static TorchSharp.torch.nn;

namespace Llm.Cli;

/// <summary>The modules of a model, one a line; equal ones of a list, such as the blocks, share their lines.</summary>
internal static class ModuleTree
{
    public static IReadOnlyList<string> Of(CausalLM model) => Lines(model);

    private static List<string> Lines(Module module)
    {
        var lines = new List<string> { Describe(module) };
        var children = module.named_children().Select(child => (Name: child.name, Lines: Lines(child.module))).ToList();
        for (var (first, next) = (0, 0); first < children.Count; first = next)
        {
            var (name, text) = children[first];
            next = first + 1;
            while (IsNumber(name) && next < children.Count && children[next].Lines.SequenceEqual(text))
                next++;
            var label = next - first > 1 ? $"{name} to {children[next - 1].Name}" : name;
            lines.Add($"  {label}: {text[0]}");
            lines.AddRange(text.Skip(1).Select(line => "  " + line));
        }
        return lines;
    }

    private static string Describe(Module module)
    {
        var own = module.named_parameters(recurse: false)
            .Select(parameter => $"{parameter.name} ({string.Join(", ", parameter.parameter.shape)})");
        return string.Join(" ", own.Prepend(module.GetType().Name.Split('`')[0]));
    }

    private static bool IsNumber(string name) => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
