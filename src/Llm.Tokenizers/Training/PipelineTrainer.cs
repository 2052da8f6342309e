using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>Learns the model of a tokenizer whose other parts are given.</summary>
public abstract class PipelineTrainer : TokenizerTrainer<PipelineTokenizer>
{
    private protected PipelineTrainer()
    {
    }

    private protected abstract TokenizerTrainerOptions Options { get; }

    /// <summary>What changes texts; null where nothing does.</summary>
    private protected virtual TextNormalizer? Normalizer => null;

    /// <summary>What cuts texts into the words that are counted; null where nothing does.</summary>
    private protected abstract TextPreTokenizer? PreTokenizer { get; }

    /// <summary>What turns tokens into text; null where they are joined with spaces.</summary>
    private protected abstract TokenDecoder? Decoder { get; }

    /// <summary>Learns from counted words.</summary>
    private protected abstract TokenModel LearnModel(PieceCounts words, TrainingRun run);

    /// <summary>What puts special tokens around a text; null where nothing does.</summary>
    private protected virtual TokenPostProcessor? PostProcessor(TokenModel model) => null;

    private protected override TextCounter CreateCounter()
    {
        var (normalizer, preTokenizer) = (Normalizer, PreTokenizer);
        return new WordReader(Options.Threads, (text, counts) =>
        {
            foreach (var word in Cut(text, normalizer, preTokenizer))
                counts.Add(word.Text);
        });
    }

    private protected override PipelineTokenizer Learn(PieceCounts counts, TrainingRun run)
    {
        var model = LearnModel(counts, run);
        return new PipelineTokenizer(new TokenizerPipeline(model)
        {
            AddedTokens = [.. Options.SpecialTokens.Select((content, id) => new AddedToken(content, id))],
            Normalizer = Normalizer,
            PreTokenizer = PreTokenizer,
            Decoder = Decoder,
        })
        {
            Sections = new EncodingSections { PostProcessor = PostProcessor(model) },
            Settings = new TokenizerSettings(Roles()),
        };
    }

    private static List<AlignedText> Cut(string text, TextNormalizer? normalizer, TextPreTokenizer? preTokenizer)
    {
        var aligned = new AlignedText(text);
        if (normalizer is not null)
            aligned = normalizer.Apply(aligned);
        List<AlignedText> words = [];
        if (preTokenizer is not null)
            preTokenizer.Split(aligned, words);
        else if (aligned.Text.Length > 0)
            words.Add(aligned);
        return words;
    }

    // What Hugging Face calls the special tokens that have their usual names.
    private JsonObject Roles()
    {
        var roles = new JsonObject();
        foreach (var token in Options.SpecialTokens)
        {
            if (RoleOf(token) is { } role)
                roles.TryAdd(role, token);
        }
        return roles;
    }

    private static string? RoleOf(string token) => token switch
    {
        "[PAD]" or "<pad>" => "pad_token",
        "[UNK]" or "<unk>" => "unk_token",
        "[CLS]" => "cls_token",
        "[SEP]" => "sep_token",
        "[MASK]" or "<mask>" => "mask_token",
        "<s>" => "bos_token",
        "</s>" or "<|endoftext|>" => "eos_token",
        _ => null,
    };
}
