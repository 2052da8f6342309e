using System.Runtime.InteropServices;

namespace Llm.Models;

/// <summary>What the threads of torch's operators do while they wait for work.</summary>
internal static partial class OpenMP
{
    /// <summary>The runtime host configuration option (runtimeconfig.json), set by the MSBuild property LlmOpenMPWaitPolicy.</summary>
    public const string Option = "Llm.OpenMPWaitPolicy";

    public const string Variable = "OMP_WAIT_POLICY";

    /// <summary>
    /// Hands the option to OpenMP, which reads it once, when it is loaded. What the user has set in the environment stands.
    /// </summary>
    public static void ApplyWaitPolicy()
    {
        if (AppContext.GetData(Option) is not string policy || Environment.GetEnvironmentVariable(Variable) is not null)
            return;

        Environment.SetEnvironmentVariable(Variable, policy);
        // On Unix, .NET keeps its own copy of the environment, which native code does not see.
        if (!OperatingSystem.IsWindows())
            _ = SetNative(Variable, policy, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);
}
