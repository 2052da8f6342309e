namespace Llm.Tokenizers;

/// <summary>Which steps before the model are done.</summary>
[Flags]
internal enum TextSteps
{
    None = 0,
    Normalize = 1,
    PreTokenize = 2,
    All = Normalize | PreTokenize,
}
