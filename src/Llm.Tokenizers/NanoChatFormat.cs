using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>
/// Conversations as karpathy/nanochat's tokenizer renders them: user and assistant take turns, each between special tokens; what the
/// assistant writes, its calls of Python included, is trained on, and what Python answers is not.
/// </summary>
public sealed class NanoChatFormat
{
    private const int DefaultMaxTokens = 2048;

    private readonly LlmTokenizer _tokenizer;
    private readonly int _start;
    private readonly (int Start, int End) _user;
    private readonly (int Start, int End) _assistant;
    private readonly (int Start, int End) _python;
    private readonly (int Start, int End) _output;

    /// <summary>The format on a tokenizer that has nanochat's special tokens: &lt;|bos|&gt;, &lt;|user_start|&gt; and so on.</summary>
    /// <exception cref="ArgumentException">A special token is missing; the message names it.</exception>
    public NanoChatFormat(LlmTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _start = IdOf("<|bos|>");
        _user = (IdOf("<|user_start|>"), IdOf("<|user_end|>"));
        _assistant = (IdOf("<|assistant_start|>"), IdOf("<|assistant_end|>"));
        _python = (IdOf("<|python_start|>"), IdOf("<|python_end|>"));
        _output = (IdOf("<|output_start|>"), IdOf("<|output_end|>"));
    }

    /// <summary>The ids of a conversation, with a mask of those to train on. Special tokens written in a message are plain text.</summary>
    /// <param name="messages">
    /// User and assistant in turn, the user first; a system message before them goes in front of the first message. A content is a text,
    /// or, of the assistant, a list of parts of the types text, python and python_output.
    /// </param>
    /// <param name="maxTokens">Longer conversations are cut off. The default is 2048.</param>
    /// <exception cref="ArgumentException">The messages are not such a conversation; the message says which one is wrong.</exception>
    public ChatEncoding Render(IEnumerable<TemplateMessage> messages, int maxTokens = DefaultMaxTokens)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTokens);
        var turns = WithoutSystem([.. messages.Select(message => message.Fields)]);
        var ids = new List<int> { _start };
        var mask = new List<bool> { false };
        for (var i = 0; i < turns.Count; i++)
        {
            var role = i % 2 == 0 ? "user" : "assistant";
            if (TextOf(turns[i]["role"]) is var given && given != role)
                throw new ArgumentException($"Message {i} is from {given ?? "nobody"} but should be from {role}.", nameof(messages));
            if (role == "user")
                AddUser(turns[i]["content"], i, ids, mask);
            else
                AddAssistant(turns[i]["content"], i, ids, mask);
        }
        var count = Math.Min(maxTokens, ids.Count);
        return new ChatEncoding(ids[..count], mask[..count]);
    }

    /// <summary>
    /// The ids of a prompt: the conversation without its last message, which is the assistant's, and the start of a new one.
    /// </summary>
    /// <inheritdoc cref="Render"/>
    public int[] RenderForCompletion(IEnumerable<TemplateMessage> messages, int maxTokens = DefaultMaxTokens)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var all = messages.ToList();
        if (all is not [.., var last] || TextOf(last["role"]) != "assistant")
            throw new ArgumentException("The last message must be from the assistant: it is what will be written anew.", nameof(messages));
        return [.. Render(all.Take(all.Count - 1), maxTokens).Ids, _assistant.Start];
    }

    private int IdOf(string token) => _tokenizer.AddedTokens.FirstOrDefault(added => added.Content == token)?.Id
        ?? throw new ArgumentException($"The tokenizer has no special token '{token}', which nanochat's conversations need.");

    private static List<JsonObject> WithoutSystem(List<JsonObject> messages)
    {
        if (messages.Count == 0)
            throw new ArgumentException("The conversation has no message.", nameof(messages));
        if (TextOf(messages[0]["role"]) != "system")
            return messages;
        if (messages.Count < 2 || TextOf(messages[1]["role"]) != "user")
            throw new ArgumentException("A system message must be followed by a message of the user.", nameof(messages));
        var (system, user) = (TextOf(messages[0]["content"]), TextOf(messages[1]["content"]));
        if (system is null || user is null)
            throw new ArgumentException(
                "The content of a system message, and of the user's message behind it, must be a text.", nameof(messages));
        return [new JsonObject { ["role"] = "user", ["content"] = $"{system}\n\n{user}" }, .. messages.Skip(2)];
    }

    private void AddUser(JsonNode? content, int index, List<int> ids, List<bool> mask)
    {
        var text = TextOf(content)
            ?? throw new ArgumentException($"The content of message {index}, the user's, must be a text.", nameof(content));
        Add(_user, text, isTrainedOn: false, ids, mask);
    }

    private void AddAssistant(JsonNode? content, int index, List<int> ids, List<bool> mask)
    {
        Add([_assistant.Start], isTrainedOn: false, ids, mask);
        if (TextOf(content) is { } text)
            Add(_tokenizer.Encode(text), isTrainedOn: true, ids, mask);
        else if (content is JsonArray parts)
            AddParts(parts, index, ids, mask);
        else
            throw new ArgumentException(
                $"The content of message {index}, the assistant's, must be a text or a list of parts.", nameof(content));
        Add([_assistant.End], isTrainedOn: true, ids, mask);
    }

    private void AddParts(JsonArray parts, int index, List<int> ids, List<bool> mask)
    {
        foreach (var part in parts.Select(part => part as JsonObject))
        {
            var text = TextOf(part?["text"]) ?? throw new ArgumentException($"A part of message {index} has no text.", nameof(parts));
            switch (TextOf(part!["type"]))
            {
                case "text":
                    Add(_tokenizer.Encode(text), isTrainedOn: true, ids, mask);
                    break;
                case "python":
                    Add(_python, text, isTrainedOn: true, ids, mask);
                    break;
                case "python_output":
                    Add(_output, text, isTrainedOn: false, ids, mask);
                    break;
                case var type:
                    throw new ArgumentException(
                        $"A part of message {index} has the type '{type}'. Known: text, python, python_output.", nameof(parts));
            }
        }
    }

    private void Add((int Start, int End) around, string text, bool isTrainedOn, List<int> ids, List<bool> mask) =>
        Add([around.Start, .. _tokenizer.Encode(text), around.End], isTrainedOn, ids, mask);

    private static void Add(ReadOnlySpan<int> tokens, bool isTrainedOn, List<int> ids, List<bool> mask)
    {
        ids.AddRange(tokens);
        mask.AddRange(Enumerable.Repeat(isTrainedOn, tokens.Length));
    }

    private static string? TextOf(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;
}
