using System.CommandLine;
using System.CommandLine.Parsing;
using Llm.Tokenizers;

namespace Llm.Cli;

/// <summary>The option --tokenizer.</summary>
/// <param name="required">Whether it must be given.</param>
/// <param name="otherwise">What happens where it is not.</param>
internal sealed class TokenizerSource(bool required, string otherwise = "Default: the tokenizer in the model's folder.")
{
    private static readonly string KnownNames = string.Join(", ", ByteLevelBpeTokenizer.EncodingNames);

    private readonly Option<string?> _tokenizer = new("--tokenizer")
    {
        Description = $"{KnownNames}, a folder in Hugging Face's layout, a tokenizer.json, a published .tiktoken file, or a "
            + "SentencePiece or minbpe .model."
            + (required ? "" : $" {otherwise}"),
        Required = required,
    };

    public void AddTo(Command command) => command.Add(_tokenizer);

    public bool IsGiven(CommandResult result) => result.GetResult(_tokenizer) is { Implicit: false };

    public LlmTokenizer Load(ParseResult parsed) => Find(parsed) ?? throw new InvalidOperationException("--tokenizer is not given.");

    /// <summary>The tokenizer; null where the option is not given.</summary>
    public LlmTokenizer? Find(ParseResult parsed)
    {
        var name = parsed.GetValue(_tokenizer);
        if (name is null)
            return null;
        if (ByteLevelBpeTokenizer.EncodingNames.Contains(name))
            return ByteLevelBpeTokenizer.ForEncoding(name);
        if (!File.Exists(name) && !Directory.Exists(name))
        {
            throw new FileNotFoundException(
                $"There is no file or folder '{name}', and the tokenizers known by name are {KnownNames}.{HubId.HintFor(name)}");
        }
        return TokenizerFolder.Load(File.Exists(name) ? name : ModelSource.FolderOf(name));
    }
}
