namespace Llm.Models.Tests.Native;

public class TorchPlatformTests
{
    [Theory]
    [InlineData("linux-x64", "libLibTorchSharp.so")]
    [InlineData("win-x64", "LibTorchSharp.dll")]
    [InlineData("win-arm64", "LibTorchSharp.dll")]
    [InlineData("osx-arm64", "libLibTorchSharp.dylib")]
    public void Of_KindThatTorchSharpShips_NamesItsLibrary(string identifier, string file) =>
        Assert.Equal(file, TorchPlatform.Of(identifier).LibraryFile);

    [Theory]
    [InlineData("linux-arm64")]
    [InlineData("linux-musl-x64")]
    [InlineData("osx-x64")]
    [InlineData("win-x86")]
    [InlineData("browser-wasm")]
    public void Of_AnyOtherKind_NamesTheKindsThatWork(string identifier)
    {
        var error = Assert.Throws<TorchNotAvailableException>(() => TorchPlatform.Of(identifier));

        Assert.Equal(
            $"TorchSharp has no native library for {identifier}: run this on linux-x64, win-x64, win-arm64, osx-arm64.", error.Message);
    }

    [Fact]
    public void Known_TorchSharpPackage_HasALibraryForEachAndNoMore()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var version = typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(3);
        var runtimes = Path.Combine(packages, "torchsharp", version, "runtimes");
        if (!Directory.Exists(runtimes))
            Assert.Skip($"There is no {runtimes}.");

        var shipped = Directory.GetFiles(runtimes, "*LibTorchSharp.*", SearchOption.AllDirectories)
            .Select(file => (Path.GetRelativePath(runtimes, file).Split(Path.DirectorySeparatorChar)[0], Path.GetFileName(file)));

        Assert.Equal(TorchPlatform.Known.Select(p => (p.RuntimeIdentifier, p.LibraryFile)).Order(), shipped.Order());
    }

    [Fact]
    public void CurrentIdentifier_Here_NamesSystemAndArchitectureOnly() =>
        Assert.Matches("^(linux|linux-musl|win|osx|freebsd)-(x64|arm64|x86|arm)$", TorchPlatform.CurrentIdentifier());
}
