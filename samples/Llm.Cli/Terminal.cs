namespace Llm.Cli;

/// <summary>Where a command reads and writes.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Results, and nothing else.</param>
/// <param name="Error">Everything else.</param>
internal sealed record Terminal(TextReader Input, TextWriter Output, TextWriter Error);
