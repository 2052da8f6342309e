using System.Text;

namespace Llm.Tokenizers;

/// <summary>Strings by the code points of their characters, which is the order of their UTF-8 form, and not quite that of UTF-16.</summary>
internal static class CodePointOrder
{
    public static IComparer<string> Comparer { get; } = Comparer<string>.Create(
        (left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));
}
