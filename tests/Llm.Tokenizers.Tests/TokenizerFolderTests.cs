using Llm.Testing;

namespace Llm.Tokenizers.Tests;

public sealed class TokenizerFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llm-tokenizers-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, InlineData("gpt2"), InlineData("cl100k"), InlineData("none")]
    public void Load_SavedByUs_GivesTheSameIdsAndTokens(string pattern)
    {
        var text = File.ReadAllText(TestData.Golden("tokenizers", "training", "moby-dick-1.txt"));
        SplitPattern[] patterns = [SplitPattern.Gpt2, SplitPattern.Cl100k, SplitPattern.None];
        var options = new BpeTrainerOptions { VocabSize = 600, Pattern = patterns.Single(p => p.Name == pattern) };
        var trained = new BpeTrainer(options).Train([text], cancellationToken: TestContext.Current.CancellationToken);

        trained.Save(_folder);
        var loaded = TokenizerFolder.Load(_folder);

        Assert.Equal(600, loaded.VocabSize);
        Assert.Equal(trained.Encode(text), loaded.Encode(text));
        Assert.Equal(text, loaded.Decode(loaded.Encode(text)));
        Assert.Equal(trained.AddedTokens, loaded.AddedTokens);
        Assert.Equal(
            Enumerable.Range(0, trained.VocabSize).Select(trained.IdToToken), Enumerable.Range(0, loaded.VocabSize).Select(loaded.IdToToken));
    }
}
