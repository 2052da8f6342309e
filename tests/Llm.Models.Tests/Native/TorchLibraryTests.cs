using System.Runtime.InteropServices;
using Llm.Testing;

namespace Llm.Models.Tests.Native;

public sealed class TorchLibraryTests : IDisposable
{
    private const string Own = "libLibTorchSharp.so";

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _loaded = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_LibraryLoadsAsShipped_RepairsNothing()
    {
        ShipLinux();

        Assert.Equal(4, Library("linux-x64", _ => true).Load());

        Assert.Equal(["libc10.so", "libtorch_cpu.so", "libtorch.so", Own], _loaded.Select(Path.GetFileName));
        Assert.False(Directory.Exists(_folder.Combine("cache")));
    }

    [Fact]
    public void Load_VersionMissing_LoadsACopyThatNeedsItWeakly()
    {
        var shipped = ShipLinux();

        Library("linux-x64", path => path != _folder.Combine(Own)).Load();

        var copy = _loaded[^1];
        var expected = shipped.ToArray();
        ElfImage.WeakenVersion(expected, "GLIBCXX_3.4.32");
        Assert.StartsWith(_folder.Combine("cache"), copy, StringComparison.Ordinal);
        Assert.Equal(expected, File.ReadAllBytes(copy));
        Assert.Equal(shipped, File.ReadAllBytes(_folder.Combine(Own)));
    }

    [Fact]
    public void Load_LibraryNeedsNoSuchVersion_SaysWhyItDoesNotLoad()
    {
        ShipLinux("GLIBCXX_3.4.33");

        var error = Refusal(Library("linux-x64", path => path != _folder.Combine(Own)));

        Assert.Equal($"Torch's native libraries do not load on this system: no {_folder.Combine(Own)}", error.Message);
    }

    [Fact]
    public void Load_CopyDoesNotLoadEither_SaysWhy()
    {
        ShipLinux();

        var error = Refusal(Library("linux-x64", path => Path.GetFileName(path) != Own));

        Assert.StartsWith("Torch's native libraries do not load on this system: no ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SystemRefusesAFile_GivesTheSystemsReasonAlone()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("The wording is that of Linux.");

        ShipLinux();
        var library = new TorchLibrary("linux-x64", [_folder.Path], NativeLibrary.Load, new LibraryCache(null, null, _folder.Path));

        Assert.Equal(
            $"Torch's native libraries do not load on this system: {_folder.Combine("libc10.so")}: file too short",
            Refusal(library).Message);
    }

    [Fact]
    public void Load_LibraryDamaged_SaysSo()
    {
        ShipLinux();
        _folder.Write(Own, 1, 2, 3);

        var error = Refusal(Library("linux-x64", path => path != _folder.Combine(Own)));

        Assert.Equal(
            $"{_folder.Combine(Own)} is damaged: The file is not a 64-bit little-endian ELF file. Restore the package TorchSharp again.",
            error.Message);
    }

    [Theory]
    [InlineData("linux-x64", "libLibTorchSharp.so")]
    [InlineData("win-x64", "LibTorchSharp.dll")]
    [InlineData("osx-arm64", "libLibTorchSharp.dylib")]
    public void Load_NoBackend_NamesThePackagesToAdd(string identifier, string own)
    {
        _folder.Write(own);

        var error = Refusal(Library(identifier, _ => true));

        Assert.Equal(
            "This program has no torch backend. Run `dotnet add package TorchSharp-cpu --version 0.107.0` in its project, or "
            + $"`dotnet add package libtorch-cpu-{identifier} --version 2.10.0` for this kind of machine alone.", error.Message);
        Assert.Empty(_loaded);
    }

    [Fact]
    public void Load_NoLibraryOfTorchSharp_NamesTheFoldersSearched()
    {
        var error = Refusal(Library("linux-x64", _ => true));

        Assert.StartsWith($"{Own} of the package TorchSharp is in none of {_folder.Path}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OtherPlatform_NamesThoseThatWork() =>
        Assert.Contains(
            "no native library for linux-arm64",
            Refusal(Library("linux-arm64", _ => true)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("win-x64", "LibTorchSharp.dll", "torch_cpu.dll")]
    [InlineData("win-arm64", "LibTorchSharp.dll", "torch_cpu.dll")]
    [InlineData("osx-arm64", "libLibTorchSharp.dylib", "libtorch_cpu.dylib")]
    public void Load_WindowsAndMac_NeverRepair(string identifier, string own, string backend)
    {
        _folder.Write(own, new ElfFile(["GLIBCXX_3.4.32"]).Bytes);
        _folder.Write(backend);

        Assert.Equal(2, Library(identifier, _ => true).Load());
        var error = Refusal(Library(identifier, path => path != _folder.Combine(own)));

        Assert.Equal($"Torch's native libraries do not load on this system: no {_folder.Combine(own)}", error.Message);
        Assert.False(Directory.Exists(_folder.Combine("cache")));
    }

    private static TorchNotAvailableException Refusal(TorchLibrary library) =>
        Assert.Throws<TorchNotAvailableException>(() => library.Load());

    private byte[] ShipLinux(string version = "GLIBCXX_3.4.32")
    {
        foreach (var file in (string[])["libc10.so", "libtorch_cpu.so", "libtorch.so"])
            _folder.Write(file);
        var own = new ElfFile(["GLIBC_2.34"], ["GLIBCXX_3.4.30", version]).Bytes;
        _folder.Write(Own, own);
        return own;
    }

    private TorchLibrary Library(string identifier, Func<string, bool> loads) => new(
        identifier,
        [_folder.Path],
        path =>
        {
            if (!loads(path))
                throw new DllNotFoundException($"no {path}");
            _loaded.Add(path);
            return _loaded.Count;
        },
        new LibraryCache(_folder.Combine("cache"), null, _folder.Combine("temporary")));
}
