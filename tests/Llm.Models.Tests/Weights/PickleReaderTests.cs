using System.Numerics;
using CsCheck;
using Llm.Testing;

namespace Llm.Models.Tests.Weights;

public sealed class PickleReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // Every byte that means something, and some that do not, so that a random run gets deep.
    private static readonly byte[] Opcodes =
        [.. Enum.GetValues<PickleOpcode>().Where(opcode => opcode != PickleOpcode.STOP).Select(opcode => (byte)opcode), 0xFF];

    public static TheoryData<string> HostilePickles =>
        [.. Directory.GetFiles(TestData.Golden("weights", "hostile"), "*.pkl").Select(path => Path.GetFileName(path)!)];

    [Theory]
    [InlineData("4E2E", null)] // N
    [InlineData("882E", true)]
    [InlineData("4BFF2E", 255L)] // BININT1
    [InlineData("4DFFFF2E", 65535L)] // BININT2
    [InlineData("4AFFFFFFFF2E", -1L)] // BININT
    [InlineData("8A002E", 0L)] // LONG1 of no bytes
    [InlineData("8A08FFFFFFFFFFFFFF7F2E", long.MaxValue)]
    [InlineData("8B02000000FF7F2E", 32767L)] // LONG4
    [InlineData("473FF80000000000002E", 1.5)] // BINFLOAT, big endian
    [InlineData("5802000000C3A92E", "é")]
    [InlineData("8C02C3A92E", "é")]
    [InlineData("8D0200000000000000C3A92E", "é")]
    public void Read_PlainValue_GivesIt(string hex, object? value) => Assert.Equal(value, Read(Convert.FromHexString(hex)));

    [Fact]
    public void Read_LargeInteger_GivesABigInteger() =>
        Assert.Equal(BigInteger.Pow(2, 64), Read([0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'.']));

    [Fact]
    public void Read_PopOfAMark_TakesTheMarkBack() => Assert.Equal(1L, Read([(byte)'K', 1, (byte)'(', (byte)'0', (byte)'.']));

    [Fact]
    public void Read_ValueBelowAMark_CannotBeReached()
    {
        var refusal = Assert.Throws<InvalidDataException>(() => Read([(byte)'K', 1, (byte)'(', (byte)'2', (byte)'.']));

        Assert.Contains("too few values", refusal.Message);
    }

    [Theory]
    [InlineData("58FFFFFF3F")] // 1 GB each
    [InlineData("54FFFFFF3F")]
    [InlineData("42FFFFFF3F")]
    [InlineData("8DFFFFFF3F00000000")]
    [InlineData("8EFFFFFF3F00000000")]
    [InlineData("96FFFFFF3F00000000")]
    [InlineData("8BFFFFFF3F")]
    [InlineData("95FFFFFF3F00000000")]
    public void Read_LengthBeyondTheFile_IsRefusedAndNothingAllocated(string hex)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InvalidDataException>(() => Read([.. Convert.FromHexString(hex), 1, 2, 3, (byte)'.']));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Theory, MemberData(nameof(HostilePickles))]
    public void Read_HostilePickle_ReadsOrRefuses(string name)
    {
        try
        {
            Read(File.ReadAllBytes(TestData.Golden("weights", "hostile", name)));
        }
        catch (InvalidDataException refusal)
        {
            Assert.NotEmpty(refusal.Message);
        }
    }

    [Fact]
    public void Read_AnyOpcodes_ReadsOrRefusesAndNothingElse()
    {
        var opcode = Gen.Int[0, Opcodes.Length - 1].Select(i => Opcodes[i]);
        var value = Gen.OneOf(
            Gen.Const("("u8.ToArray()), Gen.Const("]"u8.ToArray()), Gen.Const("}"u8.ToArray()), Gen.Const(")"u8.ToArray()),
            Gen.Byte.Select(b => new byte[] { (byte)'K', b }), Gen.Byte[0, 3].Select(b => new byte[] { (byte)'q', b }),
            Gen.Byte[0, 3].Select(b => new byte[] { (byte)'h', b }), Gen.Const(new byte[] { 0x8C, 1, (byte)'x' }),
            Gen.Const("ccollections\nOrderedDict\n"u8.ToArray()), Gen.Const("ctorch._utils\n_rebuild_tensor_v2\n"u8.ToArray()),
            Gen.Const("ctorch\nFloatStorage\n"u8.ToArray()), Gen.Const("c_codecs\nencode\n"u8.ToArray()),
            opcode.Select(b => new[] { b }), opcode.Select(b => new[] { b }));

        value.Array[0, 40].Sample(parts =>
        {
            try
            {
                Read([.. parts.SelectMany(part => part), (byte)'.']);
            }
            catch (InvalidDataException)
            {
            }
        }, iter: 2000, threads: 1);
    }

    public void Dispose() => _folder.Dispose();

    private object? Read(byte[] pickle)
    {
        using var file = new RandomAccessFile(_folder.Write("a.pkl", pickle));
        return new PickleReader(new PickleInput(file, 0, file.Length), new TorchObjects(file)).Read();
    }
}
