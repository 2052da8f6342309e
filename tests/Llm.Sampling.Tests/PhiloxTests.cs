namespace Llm.Sampling.Tests;

public sealed class PhiloxTests
{
    // The known answers that the authors publish with Random123.
    [Theory]
    [InlineData(0x0000000000000000UL, 0x0000000000000000UL, 0x0000000000000000UL, 0x6627E8D5U, 0xE169C58DU, 0xBC57AC4CU, 0x9B00DBD8U)]
    [InlineData(0xFFFFFFFFFFFFFFFFUL, 0xFFFFFFFFFFFFFFFFUL, 0xFFFFFFFFFFFFFFFFUL, 0x408F276DU, 0x41C83B0EU, 0xA20BC7C6U, 0x6D5451FDU)]
    [InlineData(0x85A308D3243F6A88UL, 0x0370734413198A2EUL, 0x299F31D0A4093822UL, 0xD16CFE09U, 0x94FDCCEBU, 0x5001E420U, 0x24126EA1U)]
    public void Block_PublishedCounterAndKey_GivesThePublishedWords(ulong low, ulong high, ulong key, uint a, uint b, uint c, uint d) =>
        Assert.Equal((a, b, c, d), Philox.Block(low, high, key));

    [Fact]
    public void Uniform_ManyNumbers_FillTheUnitIntervalEvenly()
    {
        var counts = new int[100];
        for (var i = 0UL; i < 100_000; i++)
            counts[(int)(Philox.Uniform(seed: 7, i) * 100)]++;

        Assert.True(counts.Sum(count => (count - 1000) * (count - 1000) / 1000.0) < 148.2); // chi-squared, 99 degrees of freedom, p = 0.001
    }
}
