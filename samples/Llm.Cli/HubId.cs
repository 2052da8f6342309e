using System.Text.RegularExpressions;

namespace Llm.Cli;

/// <summary>Names of models on the Hugging Face Hub, such as openai-community/gpt2@main.</summary>
internal static partial class HubId
{
    /// <summary>What to say where a folder is missing whose name may be meant as a Hub id; empty for other names.</summary>
    public static string HintFor(string name) => Pattern().IsMatch(name)
        ? " Nothing is fetched from the Hugging Face Hub: put the files into a folder, and give that."
        : "";

    [GeneratedRegex(@"^\w[\w.-]*(/\w[\w.-]*)?(@[\w./-]+)?$")]
    private static partial Regex Pattern();
}
