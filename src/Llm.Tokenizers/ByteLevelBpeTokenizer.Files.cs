namespace Llm.Tokenizers;

// Files of one tokenizer that other programs write and read; folders are in TokenizerFolder.
public sealed partial class ByteLevelBpeTokenizer
{
    /// <summary>A tokenizer that karpathy/minbpe has saved (.model): its pattern, special tokens and merges.</summary>
    /// <remarks>
    /// minbpe throws away what its pattern does not match; here that is a piece as well, so that every text comes back. GPT-4's pattern
    /// and an empty one match everything.
    /// </remarks>
    /// <param name="model">The file; it is read to its end and left open.</param>
    /// <exception cref="InvalidDataException">It is not a file of minbpe; the message says in which line.</exception>
    /// <exception cref="NotSupportedException">The pattern uses something that is not supported.</exception>
    public static ByteLevelBpeTokenizer FromMinBpe(Stream model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return MinBpeFile.Read(model);
    }

    /// <summary>Writes a .model file that karpathy/minbpe loads, and gives the same ids with.</summary>
    /// <param name="model">Takes the file; it is left open.</param>
    /// <exception cref="NotSupportedException">The tokenizer is more than such a file can say; the message names what.</exception>
    public void SaveMinBpe(Stream model)
    {
        ArgumentNullException.ThrowIfNull(model);
        MinBpeFile.Write(this, model);
    }

    /// <summary>
    /// Writes tiktoken's rank file (.tiktoken), with which tiktoken gives the same ids. Pattern and special tokens are not part of it.
    /// </summary>
    /// <param name="ranks">Takes the file; it is left open.</param>
    /// <exception cref="NotSupportedException">Merging by rank would give other ids, or a byte has no token.</exception>
    public void SaveRanks(Stream ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        RankFile.Write(this, ranks);
    }
}
