using System.Collections.Concurrent;

namespace Llm.Tokenizers;

// Chats: the templates that come with the tokenizer, and their text as ids.
public abstract partial class LlmTokenizer
{
    private const string DefaultTemplate = "default";
    private const string ToolTemplate = "tool_use";

    private readonly ConcurrentDictionary<string, ChatTemplate> _chatTemplates = new(StringComparer.Ordinal);

    /// <summary>The names of the chat templates in the tokenizer's folder; a single one is called default.</summary>
    public IReadOnlyCollection<string> ChatTemplateNames => [.. Settings.ChatTemplates.Keys];

    /// <summary>The chat template that a call with these options uses.</summary>
    /// <exception cref="InvalidOperationException">The tokenizer has no chat template, or several and none for this call.</exception>
    /// <exception cref="ArgumentException">There is no template of that name.</exception>
    /// <exception cref="ChatTemplateException">The template is not well formed.</exception>
    public ChatTemplate GetChatTemplate(ChatTemplateOptions? options = null)
    {
        if (options?.Template is { } given)
            return given;
        var sources = Settings.ChatTemplates;
        if (sources.Count == 0)
            throw new InvalidOperationException("The tokenizer has no chat template. Give one: ChatTemplateOptions.Template.");
        var name = options?.TemplateName
            ?? (options?.Tools is not null && sources.ContainsKey(ToolTemplate) ? ToolTemplate : DefaultTemplate);
        if (sources.TryGetValue(name, out var source))
            return _chatTemplates.GetOrAdd(name, _ => new ChatTemplate(source));
        var known = $"Known: {string.Join(", ", sources.Keys.Order(StringComparer.Ordinal))}.";
        throw options?.TemplateName is null
            ? new InvalidOperationException(
                $"The tokenizer has no default chat template. Name one: ChatTemplateOptions.TemplateName. {known}")
            : new ArgumentException($"The tokenizer has no chat template '{name}'. {known}", nameof(options));
    }

    /// <summary>
    /// The text of a chat, by the tokenizer's chat template, as transformers' apply_chat_template gives it. To encode it, use
    /// <see cref="EncodeChat(IEnumerable{TemplateMessage}, ChatTemplateOptions?, CancellationToken)"/>: its special tokens are special.
    /// </summary>
    /// <param name="messages">The messages, in order.</param>
    /// <param name="options">What else the template is given; nothing if null.</param>
    /// <param name="cancellationToken">Stops the rendering.</param>
    /// <exception cref="ChatTemplateException">The template refuses the messages, fails, or reaches a limit.</exception>
    /// <exception cref="ArgumentException">The options contradict each other or the messages.</exception>
    /// <exception cref="InvalidOperationException">The tokenizer has no chat template for this call.</exception>
    public string ApplyChatTemplate(
        IEnumerable<TemplateMessage> messages, ChatTemplateOptions? options = null, CancellationToken cancellationToken = default) =>
        RenderChat(messages, options, cancellationToken).Text;

    /// <summary>The text of a chat, and where in it the assistant speaks.</summary>
    /// <inheritdoc cref="ApplyChatTemplate"/>
    public RenderedChat RenderChat(
        IEnumerable<TemplateMessage> messages, ChatTemplateOptions? options = null, CancellationToken cancellationToken = default) =>
        GetChatTemplate(options).RenderWithTokens(
            messages, options ?? new ChatTemplateOptions(), SpecialTokenVariables(), cancellationToken);

    /// <summary>The ids of a chat, with a mask of what the assistant wrote; nothing, where the template does not mark it.</summary>
    /// <inheritdoc cref="ApplyChatTemplate"/>
    public ChatEncoding EncodeChat(
        IEnumerable<TemplateMessage> messages, ChatTemplateOptions? options = null, CancellationToken cancellationToken = default) =>
        EncodeChat(RenderChat(messages, options, cancellationToken));

    /// <summary>
    /// The ids of a chat that was rendered: nothing is put around its text, and special tokens in it become their ids. An id belongs to the
    /// assistant from the one that holds the first character of a span to the one that holds its last.
    /// </summary>
    public ChatEncoding EncodeChat(RenderedChat chat)
    {
        ArgumentNullException.ThrowIfNull(chat);
        if (chat.Generations.Count == 0)
        {
            var ids = Encode(chat.Text, SpecialTokenPolicy.Allow);
            return new ChatEncoding(ids, new bool[ids.Length]);
        }
        var tokens = EncodeToTokens(chat.Text, SpecialTokenPolicy.Allow);
        var places = tokens.Select(token => token.Offset).ToArray();
        var mask = new bool[places.Length];
        foreach (var span in chat.Generations)
            Mark(mask, places, span.Start.Value, Math.Min(span.End.Value, chat.Text.Length));
        return new ChatEncoding([.. tokens.Select(token => token.Id)], mask);
    }

    private IReadOnlyDictionary<string, string> SpecialTokenVariables() =>
        Settings.FindSpecialTokens(hasEndOfText: EndOfTextId is not null);

    // As transformers does, a character that several tokens share belongs to the first of them.
    private static void Mark(Span<bool> mask, ReadOnlySpan<Range> places, int start, int end)
    {
        if (end == 0 || places.Length == 0 || start >= places[^1].End.Value)
            return;
        var first = FirstEndingBehind(places, start);
        var last = FirstEndingBehind(places, end - 1);
        if (last == places.Length || places[last].Start.Value >= end)
            last--; // the places leave the span's last character out
        if (last >= first)
            mask[first..(last + 1)].Fill(true);
    }

    private static int FirstEndingBehind(ReadOnlySpan<Range> places, int position)
    {
        var (low, high) = (0, places.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = places[middle].End.Value > position ? (low, middle) : (middle + 1, high);
        }
        return low;
    }
}
