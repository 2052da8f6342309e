namespace Llm.Tokenizers;

/// <summary>Opens tokenizers in Hugging Face's layout.</summary>
public static class TokenizerFolder
{
    /// <summary>Opens a folder with tokenizer.json, or a tokenizer.json file.</summary>
    /// <exception cref="FileNotFoundException">There is no such folder or file, or the folder has no tokenizer.</exception>
    /// <exception cref="InvalidDataException">A file is not what its name says, or contradicts itself.</exception>
    /// <exception cref="NotSupportedException">The tokenizer is of a kind that is not supported; the message names it.</exception>
    public static LlmTokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path))
            return TokenizerJsonReader.Read(path);
        var file = Path.Combine(path, TokenizerFiles.TokenizerJson);
        return File.Exists(file) ? TokenizerJsonReader.Read(file) : throw new FileNotFoundException(
            $"{path} holds no tokenizer. Expected tokenizer.json, or vocab.json and merges.txt.", file);
    }
}
