using System.Text.Json;

namespace Llm.Tokenizers;

/// <summary>Writes and reads a <see cref="PipelineTokenizer"/> as tokenizer.json and tokenizer_config.json.</summary>
internal static class PipelineFiles
{
    public static void Write(PipelineTokenizer tokenizer, string folder)
    {
        if (tokenizer.Parts.SentencePiece is { } model)
        {
            SentencePieceFolder.Write(tokenizer, model, folder);
            return;
        }
        tokenizer.Settings.Write(folder, config =>
        {
            config.TryAdd("tokenizer_class", "PreTrainedTokenizerFast");
            config.TryAdd("clean_up_tokenization_spaces", false);
            config["added_tokens_decoder"] = AddedTokenJson.ToDecoder(tokenizer.AddedTokens);
        });
        TokenizerFiles.WriteJson(folder, TokenizerFiles.TokenizerJson, json =>
        {
            json.WriteStartObject();
            TokenizerJson.WriteHead(json, tokenizer);
            TokenizerJson.WriteSection(json, "normalizer", tokenizer.Parts.Normalizer?.ToJson());
            TokenizerJson.WriteSection(json, "pre_tokenizer", tokenizer.Parts.PreTokenizer?.ToJson());
            TokenizerJson.WriteSection(json, "post_processor", tokenizer.Sections.PostProcessor?.ToJson());
            TokenizerJson.WriteSection(json, "decoder", tokenizer.Parts.Decoder?.ToJson());
            TokenizerJson.WriteSection(json, "model", tokenizer.Parts.Model.ToJson());
            json.WriteEndObject();
        });
    }

    /// <exception cref="NotSupportedException">The file asks for something that is not supported.</exception>
    public static PipelineTokenizer Read(JsonElement json, EncodingSections sections, TokenizerSettings settings) => new(
        new TokenizerPipeline(TokenModel.Read(json.GetProperty("model")))
        {
            AddedTokens = [.. AddedTokenJson.ReadAll(json)],
            Normalizer = json.Find("normalizer") is { } normalizer ? TextNormalizer.Read(normalizer) : null,
            PreTokenizer = json.Find("pre_tokenizer") is { } preTokenizer ? TextPreTokenizer.Read(preTokenizer) : null,
            Decoder = json.Find("decoder") is { } decoder ? TokenDecoder.Read(decoder) : null,
        })
    {
        Sections = sections,
        Settings = settings,
    };
}
