namespace Llm.Models;

/// <summary>Torch cannot run here. The message says why, in one plain sentence, and what to do.</summary>
public sealed class TorchNotAvailableException : DllNotFoundException
{
    /// <summary>Torch cannot run here because of what <paramref name="message"/> says.</summary>
    public TorchNotAvailableException(string message) : base(message)
    {
    }

    /// <summary>
    /// Torch cannot run here because of what <paramref name="message"/> says, which came from <paramref name="innerException"/>.
    /// </summary>
    public TorchNotAvailableException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
