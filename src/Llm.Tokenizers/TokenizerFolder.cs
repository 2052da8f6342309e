namespace Llm.Tokenizers;

/// <summary>Opens tokenizers in Hugging Face's layout.</summary>
public static class TokenizerFolder
{
    /// <summary>
    /// Opens a folder with tokenizer.json, with vocab.json and merges.txt (GPT-2, RoBERTa), with vocab.txt (BERT), with a SentencePiece
    /// model (tokenizer.model of Llama and Gemma, spiece.model of T5 and ALBERT, sentencepiece.bpe.model of XLM-RoBERTa), or with a
    /// published .tiktoken file; or a file: a tokenizer.json, a SentencePiece model, a model of minbpe, a published .tiktoken file.
    /// </summary>
    /// <remarks>
    /// A tokenizer.json may describe any tokenizer of Hugging Face's library. Truncation and padding that it may name are the defaults of
    /// <see cref="LlmTokenizer.EncodeForModel"/>; nothing else applies them.
    /// </remarks>
    /// <exception cref="FileNotFoundException">There is no such folder or file, or the folder has no tokenizer.</exception>
    /// <exception cref="InvalidDataException">A file is not what its name says, or contradicts itself.</exception>
    /// <exception cref="NotSupportedException">The tokenizer is of a kind that is not supported; the message names it.</exception>
    public static LlmTokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path))
            return TokenizerFileKinds.Read(path);
        var file = Path.Combine(path, TokenizerFiles.TokenizerJson);
        if (File.Exists(file))
            return TokenizerJsonReader.Read(file, new TokenizerSettings(path));
        if (File.Exists(Path.Combine(path, TokenizerFiles.Vocabulary)) && File.Exists(Path.Combine(path, TokenizerFiles.Merges)))
            return VocabularyAndMerges.Read(path);
        if (File.Exists(Path.Combine(path, TokenizerFiles.WordList)))
            return WordPieceFolder.Read(path);
        if (SentencePieceFolder.FindFile(path) is { } model)
            return TokenizerFileKinds.IsRankFile(Path.Combine(path, model))
                ? KnownRankFiles.Read(Path.Combine(path, model))
                : SentencePieceFolder.Read(path, model);
        if (KnownRankFiles.FindFile(path) is { } ranks)
            return TokenizerFileKinds.Read(ranks);
        throw new FileNotFoundException(
            $"{path} holds no tokenizer. Expected tokenizer.json, or vocab.json and merges.txt, or vocab.txt, or tokenizer.model, "
            + $"{TokenizerFiles.ShortSentencePieceModel} or {TokenizerFiles.FairseqSentencePieceModel}, or a .tiktoken file.", file);
    }
}
