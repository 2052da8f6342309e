using System.Numerics;

namespace Llm.Models;

/// <summary>
/// Runs a pickle of protocol 2 to 5 that holds plain values, containers and tensors. What Python would call or look up is compared
/// with a short list; nothing on that list runs code, opens a file or allocates more than the pickle itself takes.
/// </summary>
internal sealed class PickleReader(PickleInput input, TorchObjects objects)
{
    private const int HighestProtocol = 5;
    private const int MostOpcodes = 8_000_000;
    private const int MostContainers = 2_000_000;
    private const int LongestInteger = 1024;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private int _opcodes;
    private int _containers;

    /// <summary>Reads one pickle up to its STOP.</summary>
    public object? Read()
    {
        while (true)
        {
            var opcode = (PickleOpcode)input.ReadByte();
            if (++_opcodes > MostOpcodes)
                throw Fault($"it has more than {MostOpcodes} opcodes, which no checkpoint needs");
            if (opcode == PickleOpcode.STOP)
                return Pop(opcode);
            if (!Value(opcode) && !Text(opcode) && !Container(opcode) && !Memo(opcode) && !Call(opcode))
                throw Refusal(opcode);
        }
    }

    private bool Value(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.PROTO: CheckProtocol(input.ReadByte()); break;
            case PickleOpcode.FRAME: CheckFrame(input.ReadUInt64()); break;
            case PickleOpcode.NONE: Push(null); break;
            case PickleOpcode.NEWTRUE: Push(true); break;
            case PickleOpcode.NEWFALSE: Push(false); break;
            case PickleOpcode.BININT: Push((long)input.ReadInt32()); break;
            case PickleOpcode.BININT1: Push((long)input.ReadByte()); break;
            case PickleOpcode.BININT2: Push((long)input.ReadUInt16()); break;
            case PickleOpcode.LONG1: PushInteger(input.ReadByte()); break;
            case PickleOpcode.LONG4: PushInteger(input.ReadInt32()); break;
            case PickleOpcode.BINFLOAT: Push(input.ReadDouble()); break;
            default: return false;
        }
        return true;
    }

    private bool Text(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.SHORT_BINUNICODE or PickleOpcode.SHORT_BINSTRING: Push(input.ReadText(input.ReadByte())); break;
            case PickleOpcode.BINUNICODE or PickleOpcode.BINSTRING: Push(input.ReadText((uint)input.ReadInt32())); break;
            case PickleOpcode.BINUNICODE8: Push(input.ReadText(input.ReadUInt64())); break;
            case PickleOpcode.SHORT_BINBYTES: Push(input.ReadBytes(input.ReadByte())); break;
            case PickleOpcode.BINBYTES: Push(input.ReadBytes((uint)input.ReadInt32())); break;
            case PickleOpcode.BINBYTES8 or PickleOpcode.BYTEARRAY8: Push(input.ReadBytes(input.ReadUInt64())); break;
            default: return false;
        }
        return true;
    }

    private bool Container(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.EMPTY_LIST: PushContainer(new List<object?>()); break;
            case PickleOpcode.EMPTY_DICT: PushContainer(new OrderedDictionary<object, object?>()); break;
            case PickleOpcode.EMPTY_TUPLE: Push(Array.Empty<object?>()); break;
            case PickleOpcode.TUPLE1: PushContainer(PopMany(opcode, 1)); break;
            case PickleOpcode.TUPLE2: PushContainer(PopMany(opcode, 2)); break;
            case PickleOpcode.TUPLE3: PushContainer(PopMany(opcode, 3)); break;
            case PickleOpcode.TUPLE: PushContainer(PopMarked(opcode)); break;
            case PickleOpcode.APPEND: Append(opcode, PopMany(opcode, 1)); break;
            case PickleOpcode.APPENDS: Append(opcode, PopMarked(opcode)); break;
            case PickleOpcode.SETITEM: SetItems(opcode, PopMany(opcode, 2)); break;
            case PickleOpcode.SETITEMS: SetItems(opcode, PopMarked(opcode)); break;
            default: return false;
        }
        return true;
    }

    private bool Memo(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.MARK: _marks.Add(_stack.Count); break;
            case PickleOpcode.POP: Discard(opcode); break;
            case PickleOpcode.POP_MARK: PopMarked(opcode); break;
            case PickleOpcode.DUP: Push(Top(opcode)); break;
            case PickleOpcode.BINPUT: _memo[input.ReadByte()] = Top(opcode); break;
            case PickleOpcode.LONG_BINPUT: _memo[(uint)input.ReadInt32()] = Top(opcode); break;
            case PickleOpcode.MEMOIZE: _memo[(uint)_memo.Count] = Top(opcode); break;
            case PickleOpcode.BINGET: Push(Remembered(input.ReadByte())); break;
            case PickleOpcode.LONG_BINGET: Push(Remembered((uint)input.ReadInt32())); break;
            default: return false;
        }
        return true;
    }

    private bool Call(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.GLOBAL:
                Push(objects.Global(opcode, input.ReadLine(), input.ReadLine()));
                break;
            case PickleOpcode.STACK_GLOBAL:
                if (PopMany(opcode, 2) is not [string module, string name])
                    throw Fault("STACK_GLOBAL needs two texts, the module and the name");
                Push(objects.Global(opcode, module, name));
                break;
            case PickleOpcode.REDUCE:
                var call = PopMany(opcode, 2);
                PushContainer(objects.Reduce(call[0], call[1]));
                break;
            case PickleOpcode.BUILD:
                var state = Pop(opcode);
                objects.Build(Top(opcode), state);
                break;
            case PickleOpcode.BINPERSID:
                Push(objects.Storage(Pop(opcode)));
                break;
            default: return false;
        }
        return true;
    }

    private void CheckProtocol(byte protocol)
    {
        if (protocol is < 2 or > HighestProtocol)
            throw Fault($"it has protocol {protocol}; 2 to {HighestProtocol} are known");
    }

    private void CheckFrame(ulong length)
    {
        if (length > (ulong)input.Remaining)
            throw Fault($"a frame of {length} bytes is announced, but only {input.Remaining} are left");
    }

    private void PushInteger(int length)
    {
        if (length is < 0 or > LongestInteger)
            throw Fault($"an integer of {length} bytes is announced; up to {LongestInteger} are allowed");
        var number = new BigInteger(input.ReadBytes((ulong)length));
        if (number >= long.MinValue && number <= long.MaxValue)
            Push((long)number);
        else
            Push(number);
    }

    private void Append(PickleOpcode opcode, object?[] items)
    {
        if (Top(opcode) is not List<object?> list)
            throw Fault($"{opcode} needs a list, but finds {TorchObjects.Describe(Top(opcode))}");
        list.AddRange(items);
    }

    private void SetItems(PickleOpcode opcode, object?[] items)
    {
        if (Top(opcode) is not OrderedDictionary<object, object?> dictionary)
            throw Fault($"{opcode} needs a dictionary, but finds {TorchObjects.Describe(Top(opcode))}");
        if (items.Length % 2 != 0)
            throw Fault($"{opcode} finds a key without a value");
        for (var i = 0; i < items.Length; i += 2)
            dictionary[objects.Key(items[i])] = items[i + 1];
    }

    private object? Remembered(uint index) =>
        _memo.TryGetValue(index, out var value) ? value : throw Fault($"it asks for memo {index}, which was never written");

    private void Push(object? value) => _stack.Add(value);

    private void PushContainer(object? value)
    {
        if (++_containers > MostContainers)
            throw Fault($"it builds more than {MostContainers} containers, which no checkpoint needs");
        Push(value);
    }

    private object? Pop(PickleOpcode opcode) => PopMany(opcode, 1)[0];

    // POP also takes back a mark that nothing was put on.
    private void Discard(PickleOpcode opcode)
    {
        if (_marks.Count > 0 && _marks[^1] == _stack.Count)
            _marks.RemoveAt(_marks.Count - 1);
        else
            Pop(opcode);
    }

    private object? Top(PickleOpcode opcode) => _stack.Count > Floor ? _stack[^1] : throw Underflow(opcode);

    private object?[] PopMany(PickleOpcode opcode, int count) =>
        _stack.Count - count >= Floor ? PopFrom(_stack.Count - count) : throw Underflow(opcode);

    private object?[] PopMarked(PickleOpcode opcode)
    {
        if (_marks.Count == 0)
            throw Fault($"{opcode} finds no mark");
        var mark = Floor;
        _marks.RemoveAt(_marks.Count - 1);
        return PopFrom(mark);
    }

    private object?[] PopFrom(int start)
    {
        var items = _stack[start..].ToArray();
        _stack.RemoveRange(start, items.Length);
        return items;
    }

    private int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    private InvalidDataException Underflow(PickleOpcode opcode) => Fault($"{opcode} finds too few values on the stack");

    private InvalidDataException Refusal(PickleOpcode opcode)
    {
        var name = Enum.IsDefined(opcode) ? opcode.ToString() : $"0x{(byte)opcode:X2}";
        var target = opcode switch
        {
            PickleOpcode.INST => $", which would build {input.ReadLine()} {input.ReadLine()}",
            PickleOpcode.OBJ or PickleOpcode.NEWOBJ or PickleOpcode.NEWOBJ_EX
                when _stack.FindLast(value => value is TorchGlobal) is { } global => $", which would build {global}",
            _ => "",
        };
        return Fault($"it uses the opcode {name}{target}; files of weights need no such thing");
    }

    private InvalidDataException Fault(string message) => objects.Fault($"the pickle is refused at byte {input.Position}: {message}.");
}
