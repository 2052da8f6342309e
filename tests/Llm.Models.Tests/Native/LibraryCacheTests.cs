using Llm.Testing;

namespace Llm.Models.Tests.Native;

public sealed class LibraryCacheTests : IDisposable
{
    private const string Name = "libExample.so";
    private static readonly byte[] Content = [.. Enumerable.Range(0, 5000).Select(i => (byte)i)];

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _loaded = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_EmptyCache_LoadsAWholeCopyThatStays()
    {
        var handle = Cache().Load(Name, Content, LoadWhole);

        Assert.Equal(1, handle);
        Assert.Equal([_loaded.Single()], _folder.Files.Select(file => _folder.Combine(file)));
        Assert.StartsWith(_folder.Combine("user"), _loaded.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_CopyThere_IsNotWrittenAgain()
    {
        Cache().Load(Name, Content, LoadWhole);
        var written = File.GetLastWriteTimeUtc(_loaded[0]).AddDays(-1);
        File.SetLastWriteTimeUtc(_loaded[0], written);

        Cache().Load(Name, Content, LoadWhole);

        Assert.Equal(_loaded[0], _loaded[1]);
        Assert.Equal(written, File.GetLastWriteTimeUtc(_loaded[1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(5000)]
    public void Load_TornOrChangedCopy_IsReplaced(int length)
    {
        Cache().Load(Name, Content, LoadWhole);
        File.WriteAllBytes(_loaded[0], new byte[length]);

        Cache().Load(Name, Content, LoadWhole);

        Assert.Equal(2, _loaded.Count);
        Assert.Single(_folder.Files);
    }

    [Fact]
    public void Load_OtherContent_LiesBesideTheFirst()
    {
        Cache().Load(Name, Content, LoadWhole);
        Cache().Load(Name, Content[1..], _ => 2);

        Assert.Equal(2, _folder.Files.Count());
    }

    [Fact]
    public void Load_ManyAtOnce_EachLoadsAWholeCopy()
    {
        Parallel.For(0, 32, _ => Cache().Load(Name, Content, path =>
        {
            Assert.Equal(Content, File.ReadAllBytes(path));
            return 1;
        }));

        Assert.Single(_folder.Files);
    }

    [Fact]
    public void Load_UserFolderUnwritable_UsesATemporaryCopyThatGoes()
    {
        var cache = new LibraryCache(null, Path.Combine(_folder.Write("file"), "user"), _folder.Combine("temporary"));

        Assert.Equal(1, cache.Load(Name, Content, LoadWhole));

        Assert.StartsWith(_folder.Combine("temporary"), _loaded.Single(), StringComparison.Ordinal);
        Assert.Equal(["file"], _folder.Files);
        Assert.Empty(Directory.GetDirectories(_folder.Combine("temporary")));
    }

    [Fact]
    public void Load_NothingInUserFolderMayRun_UsesATemporaryCopy()
    {
        var handle = Cache().Load(Name, Content, path =>
            path.StartsWith(_folder.Combine("user"), StringComparison.Ordinal) ? throw new DllNotFoundException() : LoadWhole(path));

        Assert.Equal(1, handle);
    }

    [Fact]
    public void Load_NoFolderOfTheUser_UsesATemporaryCopy() =>
        Assert.Equal(1, new LibraryCache(null, null, _folder.Combine("temporary")).Load(Name, Content, LoadWhole));

    [Fact]
    public void Load_NoFolderWritable_NamesBothAndTheVariable()
    {
        var file = _folder.Write("file");
        var cache = new LibraryCache(null, Path.Combine(file, "user"), Path.Combine(file, "temporary"));

        var error = Assert.Throws<TorchNotAvailableException>(() => cache.Load(Name, Content, LoadWhole));

        Assert.Contains(
            $"cannot be kept in {Path.Combine(file, "user")} or {Path.Combine(file, "temporary")} (",
            error.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "set the environment variable LLM_NATIVE_CACHE to a folder that this program may write to.",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ChosenFolder_IsTheOnlyOneUsed()
    {
        new LibraryCache(_folder.Combine("chosen"), _folder.Combine("user"), _folder.Combine("temporary")).Load(Name, Content, LoadWhole);

        Assert.StartsWith("chosen", Assert.Single(_folder.Files), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ChosenFolderUnwritable_NamesIt()
    {
        var chosen = Path.Combine(_folder.Write("file"), "chosen");
        var cache = new LibraryCache(chosen, _folder.Combine("user"), _folder.Combine("temporary"));

        var error = Assert.Throws<TorchNotAvailableException>(() => cache.Load(Name, Content, LoadWhole));

        Assert.Contains($"cannot be kept in {chosen} (", error.Message, StringComparison.Ordinal);
        Assert.Equal(["file"], _folder.Files);
    }

    [Fact]
    public void Load_FileDoesNotLoadAnywhere_PassesTheReasonOn()
    {
        var error = Assert.Throws<DllNotFoundException>(
            () => Cache().Load(Name, Content, _ => throw new DllNotFoundException("glibc is old")));

        Assert.Equal("glibc is old", error.Message);
    }

    private LibraryCache Cache() => new(null, _folder.Combine("user"), _folder.Combine("temporary"));

    private nint LoadWhole(string path)
    {
        Assert.Equal(Content, File.ReadAllBytes(path));
        _loaded.Add(path);
        return 1;
    }
}
