namespace Llm.Tokenizers;

/// <summary>The derivative of the logarithm of the gamma function.</summary>
internal static class Digamma
{
    /// <summary>Its value for a positive number: the recurrence up to 8, then the asymptotic series (Bernardo 1976).</summary>
    public static double Of(double x)
    {
        var result = 0.0;
        for (; x < 8; x++)
            result -= 1 / x;
        var square = 1 / (x * x);
        return result + Math.Log(x) - 1 / (2 * x)
            - square * (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square * (1.0 / 240 - square / 132))));
    }
}
