using static TorchSharp.torch;

[assembly: AssemblyFixture(typeof(Llm.Training.Tests.OneThread))]

namespace Llm.Training.Tests;

/// <summary>Tiny tensors are fastest on one thread, and test assemblies run at the same time.</summary>
public sealed class OneThread
{
    public OneThread() => set_num_threads(1);
}
