namespace Llm.Tokenizers.Tests;

/// <summary>The laws of the trainers of WordPiece, Unigram and BPE of characters, whose references do not learn the same twice.</summary>
public class PipelineTrainerTests
{
    private static readonly string Text = TrainingGolden.Text("moby-dick-1.txt") + TrainingGolden.Text("moby-dick-132.txt");

    // So many tokens the text has with what tokenizers 0.22 learns from it; it differs a little from run to run.
    [Theory, InlineData(400, 8428), InlineData(500, 7882), InlineData(800, 6921)]
    public void WordPiece_CompressesAsTheReferenceDoes(int vocabSize, int reference)
    {
        var trainer = new WordPieceTrainer(new WordPieceTrainerOptions { VocabSize = vocabSize });

        var model = trainer.LearnModel(Count(trainer.Pipeline, Text), TrainingGolden.Run());

        Assert.Equal(vocabSize, model.VocabSize);
        Assert.InRange(Encode(trainer.Pipeline, model, Text).Count, reference * 0.97, reference * 1.02);
    }

    // Ours needs fewer, above all where the vocabulary is large for the text.
    [Theory, InlineData(400, 8920), InlineData(500, 8330), InlineData(800, 7302)]
    public void Unigram_CompressesAsTheReferenceDoes(int vocabSize, int reference)
    {
        var trainer = new UnigramTrainer(new UnigramTrainerOptions { VocabSize = vocabSize });

        var model = trainer.LearnModel(Count(trainer.Pipeline, Text), TrainingGolden.Run());

        Assert.Equal(vocabSize, model.VocabSize);
        Assert.InRange(Encode(trainer.Pipeline, model, Text).Count, reference * 0.93, reference * 1.02);
    }

    private static PieceCounts Count(LearnedPipeline pipeline, string text)
    {
        var counts = new PieceCounts();
        pipeline.CountWords(text, counts);
        return counts;
    }

    private static List<ModelToken> Encode(LearnedPipeline pipeline, TokenModel model, string text)
    {
        List<ModelToken> tokens = [];
        foreach (var word in pipeline.Cut(text))
            model.Encode(word.Text, tokens);
        return tokens;
    }
}
