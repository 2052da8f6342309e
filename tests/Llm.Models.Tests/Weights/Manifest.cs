using System.Security.Cryptography;
using System.Text.Json;
using Llm.Testing;

namespace Llm.Models.Tests.Weights;

/// <summary>The golden weight files and what their manifests say about them.</summary>
internal static class Manifest
{
    public static JsonElement Load(params string[] path) =>
        JsonDocument.Parse(File.ReadAllBytes(TestData.Golden(["weights", .. path]))).RootElement;

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static long[] Shape(JsonElement tensor) => [.. tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];

    /// <summary>The flat values of a tensor of real numbers; null where the manifest leaves them out.</summary>
    public static double[]? Values(JsonElement tensor) =>
        tensor.TryGetProperty("values", out var values) ? [.. values.EnumerateArray().Select(Number)] : null;

    private static double Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String => value.GetString() switch
        {
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            var text => double.Parse(text!, System.Globalization.CultureInfo.InvariantCulture),
        },
        _ => value.GetDouble(),
    };
}
