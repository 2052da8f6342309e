namespace Llm.Cli;

/// <summary>What went wrong, in one line.</summary>
internal static class Reason
{
    public static string Of(Exception exception)
    {
        var message = exception.Message;
        if (exception is ArgumentException { ParamName: { Length: > 0 } name })
            message = message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal);
        return message.ReplaceLineEndings("\n").Split('\n')[0];
    }
}
