using System.Text.Json.Nodes;
using Llm.Tokenizers.ChatTemplates;

namespace Llm.Tokenizers;

/// <summary>
/// A chat template as models on the Hub bring it: a Jinja program that turns messages into the text that the model was trained on. It gives
/// what transformers 5.12 with jinja2 3.1.6 gives. Parsed once, it renders any number of chats, on several threads at once if need be.
/// </summary>
/// <remarks>docs/chat-templates.md lists what is supported.</remarks>
public sealed class ChatTemplate
{
    private static readonly string[] Reserved = ["messages", "tools", "documents", "add_generation_prompt"];

    private readonly ParsedTemplate _template;
    private readonly ChatTemplateLimits _limits;
    private readonly TimeProvider _clock;

    /// <summary>Parses a template.</summary>
    /// <param name="source">The template.</param>
    /// <param name="limits">What it may use up; the defaults if null.</param>
    /// <param name="clock">Where strftime_now takes the time from, in its local zone; the system's clock if null.</param>
    /// <exception cref="ChatTemplateException">The template is not well formed, or too long.</exception>
    public ChatTemplate(string source, ChatTemplateLimits? limits = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        _limits = limits?.Copy() ?? new ChatTemplateLimits();
        _limits.Validate();
        _clock = clock ?? TimeProvider.System;
        Source = source;
        _template = Guarded(new Position(0, 0), () => source.Length <= _limits.MaxTemplateLength
            ? Parser.Parse(source)
            : throw Fault.Limit(
                $"The template has {source.Length} characters, more than {_limits.MaxTemplateLength} (MaxTemplateLength)."));
    }

    /// <summary>The template as it was given.</summary>
    public string Source { get; }

    /// <summary>Whether the template marks what the assistant wrote, with {% generation %}.</summary>
    public bool HasGenerations => _template.HasGenerations;

    /// <summary>The text of a chat.</summary>
    /// <param name="messages">The messages, in order.</param>
    /// <param name="options">What else the template is given; nothing if null.</param>
    /// <param name="cancellationToken">Stops the rendering.</param>
    /// <exception cref="ChatTemplateException">The template refuses the messages, fails, or reaches a limit.</exception>
    /// <exception cref="ArgumentException">The options contradict each other or the messages.</exception>
    public string Render(
        IEnumerable<TemplateMessage> messages, ChatTemplateOptions? options = null, CancellationToken cancellationToken = default) =>
        RenderWithSpans(messages, options, cancellationToken).Text;

    /// <summary>The text of a chat, and where in it the assistant speaks.</summary>
    /// <inheritdoc cref="Render"/>
    public RenderedChat RenderWithSpans(
        IEnumerable<TemplateMessage> messages, ChatTemplateOptions? options = null, CancellationToken cancellationToken = default) =>
        RenderWithTokens(messages, options ?? new ChatTemplateOptions(), specialTokens: null, cancellationToken);

    /// <param name="messages">The messages, in order.</param>
    /// <param name="options">What else the template is given.</param>
    /// <param name="specialTokens">Variables of a tokenizer: bos_token and the like.</param>
    /// <param name="cancellationToken">Stops the rendering.</param>
    internal RenderedChat RenderWithTokens(
        IEnumerable<TemplateMessage> messages,
        ChatTemplateOptions options,
        IReadOnlyDictionary<string, string>? specialTokens,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Check(options);
        var fields = messages.Select(message => message.Fields).ToList();
        var continued = options.ContinueFinalMessage ? new ContinuedMessage(fields, options.ContinuedField, Source) : null;
        var rendering = new Rendering(_limits, _clock, cancellationToken);
        var text = Guarded(rendering, () =>
        {
            var scope = VariablesOf(rendering, continued?.Messages ?? fields, options, specialTokens);
            _template.Render(rendering, scope);
            return rendering.Output.ToString();
        });
        return new RenderedChat(continued?.Cut(text) ?? text, rendering.Generations);
    }

    private static void Check(ChatTemplateOptions options)
    {
        if (options.ContinueFinalMessage && options.AddGenerationPrompt)
            throw new ArgumentException(
                "ContinueFinalMessage goes on with the last message, AddGenerationPrompt starts a new one: set one of them.",
                nameof(options));
        JsonValues.RequireNames(options.Variables, nameof(options));
        if (Reserved.FirstOrDefault(options.Variables.ContainsKey) is { } reserved)
            throw new ArgumentException($"'{reserved}' is not one of the Variables: it has its own place.", nameof(options));
        if ((options.Documents ?? []).Any(document => document is not JsonObject))
            throw new ArgumentException("Documents must be objects, as a rule with 'title' and 'text'.", nameof(options));
        if ((options.Tools ?? []).Any(tool => tool is not JsonObject))
            throw new ArgumentException("Tools must be JSON schemas: objects.", nameof(options));
    }

    private static Scope VariablesOf(
        Rendering rendering,
        IReadOnlyList<JsonObject> messages,
        ChatTemplateOptions options,
        IReadOnlyDictionary<string, string>? specialTokens)
    {
        var scope = new Scope(Globals.NewScope());
        foreach (var (name, token) in specialTokens ?? new Dictionary<string, string>())
            scope.Set(name, new Text(token));
        scope.Set("messages", new ListValue([.. messages.Select(message => JsonValues.ToValue(rendering, message))]));
        scope.Set("tools", JsonValues.ToValue(rendering, options.Tools));
        scope.Set("documents", JsonValues.ToValue(rendering, options.Documents));
        scope.Set("add_generation_prompt", BooleanValue.Of(options.AddGenerationPrompt));
        foreach (var (name, value) in options.Variables)
            scope.Set(name, JsonValues.ToValue(rendering, value));
        return scope;
    }

    private static T Guarded<T>(Rendering rendering, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Fault fault)
        {
            throw fault.At(rendering.Position);
        }
        catch (InsufficientExecutionStackException)
        {
            throw TooDeep().At(rendering.Position);
        }
    }

    private static T Guarded<T>(Position position, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Fault fault)
        {
            throw fault.At(position);
        }
        catch (InsufficientExecutionStackException)
        {
            throw TooDeep().At(position);
        }
    }

    private static Fault TooDeep() => Fault.Limit("The template is nested more deeply than this thread's stack allows.");
}
