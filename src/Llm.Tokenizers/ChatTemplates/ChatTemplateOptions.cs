using System.Text.Json.Nodes;

namespace Llm.Tokenizers;

/// <summary>What a chat template is given besides the messages: the arguments of transformers' apply_chat_template.</summary>
public sealed class ChatTemplateOptions
{
    /// <summary>Tools that the model may call, as JSON schemas; null for none, which templates can tell from an empty list.</summary>
    public JsonArray? Tools { get; set; }

    /// <summary>Documents to answer from, each an object, as a rule with title and text; null for none.</summary>
    public JsonArray? Documents { get; set; }

    /// <summary>Ends the text with what starts an answer of the assistant. The default is false.</summary>
    public bool AddGenerationPrompt { get; set; }

    /// <summary>
    /// Ends the text within the last message, so that the model goes on with it. The default is false; not together with
    /// <see cref="AddGenerationPrompt"/>.
    /// </summary>
    public bool ContinueFinalMessage { get; set; }

    /// <summary>The field of the last message that <see cref="ContinueFinalMessage"/> goes on with. The default is "content".</summary>
    public string ContinuedField { get; set; } = "content";

    /// <summary>More variables of the template, such as enable_thinking. They win over a tokenizer's special tokens.</summary>
    public JsonObject Variables { get; set; } = [];

    /// <summary>Another template than the tokenizer's own; null for that one.</summary>
    public ChatTemplate? Template { get; set; }

    /// <summary>
    /// The name of one of the tokenizer's templates. The default, null, is tool_use where there are tools and such a template, else
    /// default.
    /// </summary>
    public string? TemplateName { get; set; }
}
