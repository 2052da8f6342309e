using System.Runtime.InteropServices;

namespace Llm.Models.Tests.Native;

public partial class OpenMPTests
{
    [Fact]
    public void ApplyWaitPolicy_OptionInTheProject_ReachesNativeCode()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Windows has one environment for managed and native code.");

        var managed = Environment.GetEnvironmentVariable(OpenMP.Variable);

        Assert.NotNull(managed);
        Assert.Equal(managed, Marshal.PtrToStringUTF8(GetNative(OpenMP.Variable)));
    }

    [Fact]
    public void ApplyWaitPolicy_VariableSetAlready_Stays()
    {
        var before = Environment.GetEnvironmentVariable(OpenMP.Variable);

        AppContext.SetData(OpenMP.Option, "ACTIVE");
        OpenMP.ApplyWaitPolicy();

        Assert.Equal(before, Environment.GetEnvironmentVariable(OpenMP.Variable));
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetNative(string name);
}
