using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Llm.Tokenizers.ChatTemplates;

/// <summary>One rendering of a template: what it has used up, where it is, and what has come out so far.</summary>
internal sealed class Rendering
{
    private const int CheckInterval = 4096; // steps between two looks at the clock

    private readonly ChatTemplateLimits _limits;
    private readonly CancellationToken _cancellation;
    private readonly TextBuilder _root;
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _steps;
    private long _nextCheck = CheckInterval;
    private long _bytes;
    private int _depth;

    public Rendering(ChatTemplateLimits limits, TimeProvider clock, CancellationToken cancellation)
    {
        (_limits, Clock, _cancellation) = (limits, clock, cancellation);
        _root = new TextBuilder(this, limits.MaxOutputLength);
        Output = _root;
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>What was evaluated last: the place of an error.</summary>
    public Position Position { get; set; }

    public TimeProvider Clock { get; }

    /// <summary>For the filter random: the same template and messages give the same text.</summary>
    public Random Random { get; } = new(0);

    /// <summary>Where statements write now: the text itself, or a part that is being captured.</summary>
    public TextBuilder Output { get; private set; }

    /// <summary>The scope of the template itself, which its blocks see.</summary>
    public Scope? Root { get; set; }

    /// <summary>How much of the text has come out.</summary>
    public int RootLength => _root.Length;

    /// <summary>The spans of {% generation %} in the text, as transformers counts them.</summary>
    public List<Range> Generations { get; } = [];

    /// <summary>Counts work.</summary>
    /// <exception cref="Fault">Too much of it, or the time is over.</exception>
    public void Step(long count = 1)
    {
        _steps += count;
        if (_steps >= _nextCheck)
            Check();
    }

    /// <summary>Counts the work of going through characters, which is much faster than evaluating.</summary>
    public void Scan(long characters) => Step(characters >> 6);

    /// <summary>Counts memory before it is used.</summary>
    public void Allocate(long bytes)
    {
        _bytes += bytes;
        if (_bytes > _limits.MaxMemory || _bytes < 0)
            throw Fault.Limit($"The template makes more than {_limits.MaxMemory} bytes of values (MaxMemory).");
        Step(bytes >> 8);
    }

    /// <summary>Counts one more evaluation inside another; <see cref="Leave"/> ends it. An error ends the whole rendering.</summary>
    public void Enter()
    {
        Step();
        if (++_depth > _limits.MaxDepth)
            throw Fault.Limit($"More than {_limits.MaxDepth} evaluations or values stand inside one another (MaxDepth).");
        RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    public void Leave() => _depth--;

    /// <summary>The items of an iterable value, counted.</summary>
    public IEnumerable<Value> Each(Value value)
    {
        var items = value.Iterate(this) ?? throw Fault.Operation($"A value of type {value.TypeName} cannot be iterated.");
        return Counted(items);
    }

    /// <summary>All items of an iterable value.</summary>
    public List<Value> ToList(Value value)
    {
        var list = new List<Value>();
        foreach (var item in Each(value))
        {
            Allocate(ListValue.ItemSize);
            list.Add(item);
        }
        return list;
    }

    /// <summary>Lets statements write into a text of its own until <see cref="EndCapture"/>.</summary>
    public TextBuilder BeginCapture()
    {
        var outer = Output;
        Output = new TextBuilder(this);
        return outer;
    }

    public Text EndCapture(TextBuilder outer)
    {
        var text = Output.ToText();
        Output = outer;
        return text;
    }

    private IEnumerable<Value> Counted(IEnumerable<Value> items)
    {
        foreach (var item in items)
        {
            Step();
            yield return item;
        }
    }

    private void Check()
    {
        _nextCheck = _steps + CheckInterval;
        if (_steps > _limits.MaxSteps)
            throw Fault.Limit($"The template takes more than {_limits.MaxSteps} steps (MaxSteps).");
        if (Stopwatch.GetElapsedTime(_start) > _limits.Timeout)
            throw Fault.Limit($"The template takes longer than {_limits.Timeout.TotalSeconds} s (Timeout).");
        _cancellation.ThrowIfCancellationRequested();
    }
}
