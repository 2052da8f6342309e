namespace Llm.Models;

/// <summary>Where one tensor of a checkpoint belongs in a model.</summary>
public readonly record struct WeightTarget
{
    /// <summary>Name of the parameter, or null when the tensor is not assigned.</summary>
    public string? Parameter { get; private init; }

    /// <summary>The checkpoint holds the transpose of the parameter.</summary>
    public bool Transposed { get; private init; }

    /// <summary>The tensor is a second name of <see cref="Parameter"/> and is not read again.</summary>
    public bool Tied { get; private init; }

    /// <summary>Why the tensor is left out, or null.</summary>
    public string? IgnoredBecause { get; private init; }

    /// <summary>The tensor may be left out only because it is all zeros.</summary>
    public bool OnlyIfZero { get; private init; }

    /// <summary>The tensor is the parameter <paramref name="parameter"/>, or its transpose.</summary>
    public static WeightTarget Assign(string parameter, bool transposed = false) =>
        new() { Parameter = parameter, Transposed = transposed };

    /// <summary>The tensor is a second name of <paramref name="parameter"/>.</summary>
    public static WeightTarget TiedTo(string parameter) => new() { Parameter = parameter, Tied = true };

    /// <summary>The tensor carries no weight of this model.</summary>
    public static WeightTarget Ignore(string because) => new() { IgnoredBecause = because };

    /// <summary>The model has no such weight, which changes nothing as long as the tensor is all zeros.</summary>
    public static WeightTarget MustBeZero(string because) => new() { IgnoredBecause = because, OnlyIfZero = true };
}
