namespace Llm.Training;

/// <summary>
/// Learning rates as pure functions of the number of updates done before: step 0 is the very first update. They differ in small things that
/// change results, so each is named after the code it agrees with.
/// </summary>
public static class LearningRateSchedules
{
    /// <summary>One rate throughout, after a linear rise from 0; Hugging Face's constant_with_warmup.</summary>
    public static Func<int, double> Constant(double rate, int warmup = 0) => step => rate * Rise(step, warmup);

    /// <summary>
    /// Rises linearly from 0, then falls linearly to <paramref name="floor"/>, and stays there; with 0, Hugging Face's linear.
    /// </summary>
    public static Func<int, double> Linear(double peak, int warmup, int total, double floor = 0) => step =>
        step < warmup
            ? peak * Rise(step, warmup)
            : floor + (peak - floor) * Math.Max(0, (double)(total - step) / Math.Max(1, total - warmup));

    /// <summary>
    /// Rises linearly from 0, then follows a cosine to <paramref name="floor"/> (Loshchilov and Hutter, 2017); Hugging Face's cosine and
    /// cosine_with_min_lr, which rise again beyond <paramref name="total"/>.
    /// </summary>
    /// <param name="peak">Rate after the rise.</param>
    /// <param name="warmup">Steps of the rise.</param>
    /// <param name="total">Step at which the cosine ends.</param>
    /// <param name="floor">Lowest rate.</param>
    /// <param name="cycles">Waves; the default of one half falls once.</param>
    public static Func<int, double> Cosine(double peak, int warmup, int total, double floor = 0, double cycles = 0.5) => step =>
        step < warmup
            ? peak * Rise(step, warmup)
            : Math.Max(0, floor + (peak - floor) * HalfCosine(2 * cycles * (step - warmup) / Math.Max(1, total - warmup)));

    /// <summary>As <see cref="Cosine"/>, but stays at <paramref name="floor"/> after <paramref name="total"/>.</summary>
    public static Func<int, double> WarmupCosine(double peak, int warmup, int total, double floor = 0) => step =>
        step > total ? floor : Cosine(peak, warmup, total, floor)(step);

    /// <summary>
    /// nanoGPT's get_lr: the rise begins above 0, at peak / (warmup + 1), and the floor holds after <paramref name="total"/>.
    /// </summary>
    public static Func<int, double> NanoGpt(double peak, int warmup, int total, double floor) => step =>
        step < warmup ? peak * (step + 1) / (warmup + 1) : WarmupCosine(peak, warmup, total, floor)(step);

    /// <summary>
    /// Rises linearly from <paramref name="floor"/>, holds the peak for <paramref name="stable"/> steps, falls within
    /// <paramref name="decay"/> steps to <paramref name="floor"/>, and stays there (Hu et al., 2024); Hugging Face's warmup_stable_decay.
    /// </summary>
    /// <param name="peak">Rate of the plateau.</param>
    /// <param name="warmup">Steps of the rise.</param>
    /// <param name="stable">Steps of the plateau.</param>
    /// <param name="decay">Steps of the fall.</param>
    /// <param name="floor">Last rate.</param>
    /// <param name="shape">What is left of the peak at a place between 0 and 1 of the fall; the default is half a cosine.</param>
    public static Func<int, double> WarmupStableDecay(
        double peak, int warmup, int stable, int decay, double floor = 0, Func<double, double>? shape = null) => step =>
    {
        if (step < warmup)
            return floor + (peak - floor) * Rise(step, warmup);
        if (step < warmup + stable)
            return peak;
        if (step >= warmup + stable + decay)
            return floor;
        return floor + (peak - floor) * (shape ?? HalfCosine)((double)(step - warmup - stable) / decay);
    };

    /// <summary>From 1 at 0 along half a wave to 0 at 1.</summary>
    private static double HalfCosine(double progress) => 0.5 * (1 + Math.Cos(Math.PI * progress));

    private static double Rise(int step, int warmup) => step < warmup ? (double)step / warmup : 1;
}
