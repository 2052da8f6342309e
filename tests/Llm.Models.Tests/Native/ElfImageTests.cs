using System.Diagnostics;
using CsCheck;

namespace Llm.Models.Tests.Native;

public class ElfImageTests
{
    private const string Version = "GLIBCXX_3.4.32";

    [Fact]
    public void WeakenVersion_SeveralRecordsAndEntries_MarksTheOneNamed()
    {
        var file = new ElfFile(["GLIBC_2.34"], ["GLIBCXX_3.4.30", "GLIBCXX_3.4.3", Version, "CXXABI_1.3"], ["GCC_3.0", "GLIBCXX_3.4.321"]);

        Assert.Equal(1, ElfImage.WeakenVersion(file.Bytes, Version));

        Assert.Equal([0, 0, 0, 2, 0, 0, 0], file.Flags);
    }

    [Fact]
    public void WeakenVersion_NamedTwice_MarksBoth()
    {
        var file = new ElfFile(["GLIBCXX_3.4", Version], [Version]);

        Assert.Equal(2, ElfImage.WeakenVersion(file.Bytes, Version));

        Assert.Equal([0, 2, 2], file.Flags);
    }

    [Fact]
    public void WeakenVersion_OtherFlagsSet_KeepsThem()
    {
        var file = new ElfFile([[Version]]);
        file.Write16(file.NeedsStart + 16 + 4, 5);

        ElfImage.WeakenVersion(file.Bytes, Version);

        Assert.Equal([7], file.Flags);
    }

    [Fact]
    public void WeakenVersion_Twice_ChangesNothingMore()
    {
        var file = new ElfFile(["GLIBC_2.34"], [Version]);
        ElfImage.WeakenVersion(file.Bytes, Version);
        var once = file.Bytes.ToArray();

        Assert.Equal(1, ElfImage.WeakenVersion(file.Bytes, Version));

        Assert.Equal(once, file.Bytes);
    }

    [Fact]
    public void WeakenVersion_NotNamed_ChangesNothing()
    {
        var file = new ElfFile(["GLIBC_2.34"], ["GLIBCXX_3.4.30"]);
        var before = file.Bytes.ToArray();

        Assert.Equal(0, ElfImage.WeakenVersion(file.Bytes, Version));

        Assert.Equal(before, file.Bytes);
    }

    [Fact]
    public void WeakenVersion_Found_ChangesOneBit()
    {
        var file = new ElfFile(["GLIBC_2.34", Version]);
        var before = file.Bytes.ToArray();

        ElfImage.WeakenVersion(file.Bytes, Version);

        var changed = Assert.Single(Enumerable.Range(0, before.Length), i => before[i] != file.Bytes[i]);
        Assert.Equal(file.NeedsStart + 16 + 16 + 4, changed);
        Assert.Equal(2, before[changed] ^ file.Bytes[changed]);
    }

    [Theory]
    [InlineData(0, 0x7e, "no magic number")]
    [InlineData(4, 1, "32 bits")]
    [InlineData(5, 2, "big-endian")]
    public void WeakenVersion_AnotherKindOfFile_SaysSo(int offset, byte value, string why)
    {
        var file = new ElfFile([[Version]]);
        file.Bytes[offset] = value;

        var error = Assert.Throws<InvalidDataException>(() => ElfImage.WeakenVersion(file.Bytes, Version));

        Assert.True(error.Message == "The file is not a 64-bit little-endian ELF file.", why);
        Assert.Equal([0], file.Flags);
    }

    [Fact]
    public void WeakenVersion_TruncatedAnywhere_ThrowsOnlyInvalidData()
    {
        var whole = new ElfFile(["GLIBC_2.34"], [Version]).Bytes;
        // What follows the last field that is read, the sh_info of the last section, may be missing.
        var lastRead = whole.Length - 64 + 48;

        for (var length = 0; length < whole.Length; length++)
        {
            var torn = whole[..length];
            if (length < lastRead)
                Assert.Throws<InvalidDataException>(() => ElfImage.WeakenVersion(torn, Version));
            else
                Assert.Equal(1, ElfImage.WeakenVersion(torn, Version));
        }
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 100)]
    [InlineData(0x8000_0000ul)]
    [InlineData(long.MaxValue)]
    public void WeakenVersion_OffsetFarOutside_ThrowsInvalidData(ulong offset)
    {
        var sections = new ElfFile([[Version]]);
        sections.Write64(40, offset);
        var needs = new ElfFile([[Version]]);
        needs.Write64(needs.SectionsStart + 2 * 64 + 24, offset);

        Assert.Throws<InvalidDataException>(() => ElfImage.WeakenVersion(sections.Bytes, Version));
        Assert.Throws<InvalidDataException>(() => ElfImage.WeakenVersion(needs.Bytes, Version));
    }

    [Theory]
    [InlineData(0)] // each record is its own successor, and has no entries
    [InlineData(ushort.MaxValue)] // each entry is its own successor
    public void WeakenVersion_ListInACircle_EndsWithInvalidData(ushort entries)
    {
        var file = new ElfFile(["GLIBC_2.34", Version], ["GLIBC_2.35"]);
        file.Write16(file.NeedsStart + 2, entries);
        file.Write32(file.NeedsStart + 12, 0);
        file.Write32(file.NeedsStart + 16 + 12, 0);
        file.Write32(file.SectionsStart + 2 * 64 + 44, uint.MaxValue);
        var watch = Stopwatch.StartNew();

        Assert.Throws<InvalidDataException>(() => ElfImage.WeakenVersion(file.Bytes, Version));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void WeakenVersion_AnyBytesChanged_EndsWithACountOrInvalidData()
    {
        var whole = new ElfFile(["GLIBC_2.34", "GLIBC_2.2.5"], ["GLIBCXX_3.4.30", Version], ["GCC_3.0"]).Bytes;
        var change = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.OneOf(Gen.Byte, Gen.OneOf<byte>(0, 1, 2, 0x7f, 0x80, 0xff)));

        Gen.Select(change.Array[1, 12], Gen.Int[0, whole.Length]).Sample((changes, length) =>
        {
            var file = whole.ToArray();
            foreach (var (offset, value) in changes)
                file[offset] = value;
            AssertCountOrInvalidData(file);
            AssertCountOrInvalidData(file[..length]);
        }, iter: 20_000);
    }

    private static void AssertCountOrInvalidData(byte[] file)
    {
        try
        {
            Assert.InRange(ElfImage.WeakenVersion(file, Version), 0, file.Length / 16);
        }
        catch (InvalidDataException error)
        {
            Assert.StartsWith("The ", error.Message, StringComparison.Ordinal);
        }
    }
}
