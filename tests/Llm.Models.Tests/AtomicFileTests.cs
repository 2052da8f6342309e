using Llm.Models.Tests.Weights;

namespace Llm.Models.Tests;

public class AtomicFileTests
{
    [Fact]
    public void Write_NewAndOld_HasTheNewContentAndNothingBesideIt()
    {
        using var folder = new TemporaryFolder();

        AtomicFile.Write(folder.File("a"), stream => stream.Write("a longer first text"u8));
        AtomicFile.Write(folder.File("a"), stream => stream.Write("second"u8));

        Assert.Equal("second", File.ReadAllText(folder.File("a")));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Write_DiskFull_LeavesTheOldFileWholeAndNoTemporary()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a", "old"u8.ToArray());

        var error = Assert.Throws<IOException>(() => AtomicFile.Write(folder.File("a"), stream =>
        {
            stream.Write("half of the new"u8);
            throw new IOException("No space left on device");
        }));

        Assert.Contains(folder.File("a"), error.Message);
        Assert.Contains("No space left on device", error.Message);
        Assert.Contains("unchanged", error.Message);
        Assert.Equal("old", File.ReadAllText(folder.File("a")));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Write_ContentFails_PassesTheErrorOnAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder.File("a"), _ => throw new InvalidOperationException()));

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Write_FolderMissing_NamesThePath()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.Throws<IOException>(() => AtomicFile.Write(folder.File("none/a"), _ => { }));

        Assert.Contains(folder.File("none/a"), error.Message);
    }

    [Fact]
    public void Write_OnDeviceWithoutSpace_IsAnIOException()
    {
        if (!Directory.Exists("/proc/self"))
            Assert.Skip("This system has no /proc, the one folder that nobody can write to.");

        Assert.Throws<IOException>(() => AtomicFile.Write("/proc/llm", stream => stream.Write("x"u8)));
    }

    [Fact]
    public void Write_OverALink_ReplacesTheLinkAndNotItsTarget()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Links need a privilege on Windows.");
        using var folder = new TemporaryFolder();
        folder.Write("target", "old"u8.ToArray());
        File.CreateSymbolicLink(folder.File("link"), folder.File("target"));

        AtomicFile.Write(folder.File("link"), stream => stream.Write("new"u8));

        Assert.Equal("old", File.ReadAllText(folder.File("target")));
        Assert.Equal("new", File.ReadAllText(folder.File("link")));
    }

    [Fact]
    public void Write_FileNameOfGreatestLength_Works()
    {
        using var folder = new TemporaryFolder();
        var name = new string('n', 255);

        AtomicFile.Write(folder.File(name), stream => stream.Write("x"u8));

        Assert.Equal("x", File.ReadAllText(folder.File(name)));
    }
}
