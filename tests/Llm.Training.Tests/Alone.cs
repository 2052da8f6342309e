namespace Llm.Training.Tests;

/// <summary>
/// Tests that count the tensors of the whole process or train with dropout, which draws from
/// torch's one generator: nothing may run beside them.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
