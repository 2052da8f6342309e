using System.Diagnostics;
using Llm.Tokenizers;

namespace Llm.Cli;

/// <summary>Tells now and then how far the training of a tokenizer is.</summary>
internal sealed class LearningDisplay(TextWriter output) : IProgress<TokenizerTrainingProgress>, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private TokenizerTrainingProgress _last;

    public long BytesRead => _last.BytesRead;

    public void Report(TokenizerTrainingProgress value)
    {
        _last = value;
        if (_sinceLine.Elapsed < Interval)
            return;
        _sinceLine.Restart();
        Write();
    }

    /// <summary>Tells how it ended.</summary>
    public void Dispose() => Write();

    private void Write() => output.WriteLine(_last.TokensWanted == 0
        ? FormattableString.Invariant($"read {_last.BytesRead:N0} bytes")
        : FormattableString.Invariant(
            $"read {_last.BytesRead:N0} bytes, learned {_last.TokensLearned:N0} of {_last.TokensWanted:N0} tokens"));
}
