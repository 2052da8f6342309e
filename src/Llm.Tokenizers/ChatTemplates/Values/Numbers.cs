using System.Globalization;
using System.Numerics;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A whole number of any size up to <see cref="MaxDigits"/>.</summary>
internal sealed class IntegerValue : Value
{
    /// <summary>Where Python, too, stops turning whole numbers into text.</summary>
    public const int MaxDigits = 4300;

    private const int MaxBits = 14_285; // 4300 digits

    private IntegerValue(BigInteger value) => Content = value;

    public BigInteger Content { get; }

    public override string TypeName => "int";

    public override bool IsTrue => !Content.IsZero;

    /// <exception cref="Fault">The number has too many digits.</exception>
    public static IntegerValue Of(BigInteger value) => value.GetBitLength() <= MaxBits ? new IntegerValue(value) : throw TooLong();

    public static Fault TooLong() => Fault.Limit($"Whole numbers may have {MaxDigits} digits at most.");

    public override Value? FindAttribute(Rendering rendering, string name) => NumberMethods.Find(this, name);

    public override void Print(TextBuilder text) => text.Append(Content.ToString(CultureInfo.InvariantCulture));
}

/// <summary>A number with a fraction or an exponent.</summary>
internal sealed class FloatValue(double value) : Value
{
    public double Content { get; } = value;

    public override string TypeName => "float";

    public override bool IsTrue => Content != 0;

    public override Value? FindAttribute(Rendering rendering, string name) => NumberMethods.Find(this, name);

    public override void Print(TextBuilder text) => text.Append(FloatText.Shortest(Content));
}
