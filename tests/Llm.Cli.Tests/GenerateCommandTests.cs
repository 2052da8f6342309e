using System.Text.Json;
using Llm.HuggingFace;
using Llm.Testing;
using Llm.Training;

namespace Llm.Cli.Tests;

public class GenerateCommandTests
{
    [Fact]
    public void JsonLines_GoldenGreedyCases_GiveGoldenIdsAndTexts()
    {
        var cases = Cases("greedy.json");
        var input = string.Join('\n', cases.Select(Request));

        var answers = Cli.RunWithInput(input, "generate", "--model", Cli.MobyMini, "--jsonl").Success().Lines;

        Assert.Equal(cases.Length, answers.Length);
        Assert.All(cases.Zip(answers), pair =>
        {
            var sequence = Assert.Single(pair.Second.GetProperty("sequences").EnumerateArray());
            var usage = pair.Second.GetProperty("usage");
            Assert.Equal(pair.First.GetProperty("new_ids").Ids(), sequence.GetProperty("ids").Ids());
            Assert.Equal(pair.First.GetProperty("text").GetString(), sequence.GetProperty("text").GetString());
            Assert.Equal(pair.First.GetProperty("finish").GetString(), sequence.GetProperty("finish_reason").GetString());
            Assert.Equal(pair.First.GetProperty("new_ids").GetArrayLength(), usage.GetProperty("completion_tokens").GetInt32());
            Assert.Equal(pair.First.GetProperty("input_ids").GetArrayLength(), usage.GetProperty("prompt_tokens").GetInt32());
        });
    }

    [Fact]
    public void JsonLines_GoldenStopStrings_GiveGoldenIds()
    {
        var cases = Cases("stop.json");

        var input = string.Join('\n', cases.Select(Request));
        var answers = Cli.RunWithInput(input, "generate", "--model", Cli.MobyMini, "--jsonl").Success().Lines;

        Assert.All(cases.Zip(answers), pair =>
        {
            var sequence = pair.Second.GetProperty("sequences")[0];
            Assert.Equal(pair.First.GetProperty("new_ids").Ids(), sequence.GetProperty("ids").Ids());
            Assert.Equal(pair.First.GetProperty("finish").GetString(), sequence.GetProperty("finish_reason").GetString());
        });
    }

    [Fact]
    public void Json_PromptAndFlags_GiveTheSameAsALine()
    {
        var golden = Cli.Read("generation", "greedy.json").GetProperty("cases")[0];

        var answer = Cli.Run(
            "generate", golden.GetProperty("prompt").GetString()!,
            "--model", Cli.MobyMini, "--max-new-tokens", "30", "--json", "--logprobs").Success().Json;

        var sequence = answer.GetProperty("sequences")[0];
        Assert.Equal(golden.GetProperty("new_ids").Ids(), sequence.GetProperty("ids").Ids());
        Assert.All(
            golden.GetProperty("token_logprobs").Deserialize<double[]>()!.Zip(sequence.GetProperty("logprobs").Deserialize<double[]>()!),
            pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Equal(["sequences", "usage"], answer.EnumerateObject().Select(field => field.Name));
    }

    [Fact]
    public void Ids_ModelWithoutTokenizer_GiveGoldenGreedyIds()
    {
        var golden = Cli.Read("models", "gpt2-base", "expected.json").GetProperty("greedy");
        var prompt = golden.GetProperty("prompt").Ids();
        var input = JsonSerializer.Serialize(new { ids = prompt, max_new_tokens = 20, eos_token_id = Array.Empty<int>() });

        var sequence = Cli.RunWithInput(input, "generate", "--model", Cli.Gpt2Base, "--jsonl").Success().Json.GetProperty("sequences")[0];

        Assert.Equal(golden.GetProperty("new_ids").Ids(), sequence.GetProperty("ids").Ids());
        Assert.Equal(JsonValueKind.Null, sequence.GetProperty("text").ValueKind);
    }

    [Fact]
    public void JsonLines_BadLinesInTheMiddle_SayWhatIsWrong()
    {
        var input = """
            {"prompt":"The","max_new_tokens":2}
            {"prompt":"The","num_beams":3}
            {"messages":[{"role":"user","content":"Hi"}]}
            {"prompt":"The","ids":[1]}
            {"prompt":"The","max_new_tokens":"2"}
            {"prompt":"The","max_new_tokens":0}
            {"prompt":"The","temperature":-1}
            {"prompt":"The","context_overflow":"explode"}
            {"prompt":"The","num_return_sequences":2}
            {"prompt":"The","num_return_sequences":0}
            {"ids":[1024]}
            {"prompt":"The","max_new_tokens":2}
            """;

        var result = Cli.RunWithInput(input, "generate", "--model", Cli.MobyMini, "--jsonl");

        Assert.Equal(1, result.Code);
        string[] reasons =
        [
            "'num_beams' is not a known field", "'messages' needs a chat template", "either 'prompt' or 'ids'",
            "'max_new_tokens' must be a whole number", "MaxNewTokens", "Temperature", "crop or stop", "do_sample", "at least 1", "1024",
        ];
        Cli.AssertErrors(reasons, result.Lines[1..^1]);
        Assert.Equal(reasons.Length, result.Lines.Length - 2);
        Assert.Equal(result.Lines[0].Compact(), result.Lines[^1].Compact());
    }

    [Fact]
    public void Stream_SameSeed_IsTheTextOfJson()
    {
        string[] arguments =
            ["generate", "The whale", "--model", Cli.MobyMini, "--do-sample", "--seed", "7", "--num-return-sequences", "2", "--quiet"];

        var sequences = Cli.Run([.. arguments, "--json"]).Success().Json.GetProperty("sequences");
        var texts = sequences.EnumerateArray().Select(sequence => sequence.GetProperty("text").GetString()!).ToArray();

        Assert.NotEqual(texts[0], texts[1]);
        Assert.Equal($"{texts[0]}\n---\n{texts[1]}\n", Cli.Run([.. arguments, "--stream"]).Success().Output);
        Assert.Equal($"{texts[0]}\n---\n{texts[1]}\n", Cli.Run(arguments).Success().Output);
    }

    [Fact]
    public void Line_WithoutAnOption_TakesTheFlag()
    {
        var input = """
            {"prompt":"The"}
            {"prompt":"The","max_new_tokens":2}
            """;

        var lines = Cli.RunWithInput(input, "generate", "--model", Cli.MobyMini, "--jsonl", "--max-new-tokens", "5").Success().Lines;

        Assert.Equal([5, 2], lines.Select(line => line.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
    }

    [Fact]
    public void EosTokenId_FlagWithoutAnId_EndsNowhere()
    {
        string[] arguments = ["generate", "Call me", "--model", Cli.MobyMini, "--json", "--max-new-tokens", "30"];

        Assert.Equal("eos", Finish(arguments));
        Assert.Equal("length", Finish([.. arguments, "--eos-token-id"]));
        Assert.Equal("eos", Finish([.. arguments, "--eos-token-id", "12", "--eos-token-id", "324"]));

        static string? Finish(string[] arguments) =>
            Cli.Run(arguments).Success().Json.GetProperty("sequences")[0].GetProperty("finish_reason").GetString();
    }

    [Fact]
    public void Model_FolderOfATraining_OpensItsLastCheckpoint()
    {
        using var folder = new TemporaryFolder();
        using var pretrained = PretrainedModel.Load(Cli.MobyMini);
        using var optimizer = new AdamW(ParameterGroup.ByDimension(pretrained.Model, weightDecay: 0));
        var checkpoint = folder.Combine("checkpoints", Checkpoint.LastName);
        Checkpoint.Save(checkpoint, pretrained.Model, optimizer, new TrainerState(), pretrained.Tokenizer.Save);
        string[] arguments = ["generate", "Call me", "--quiet", "--model"];

        var original = Cli.Run([.. arguments, Cli.MobyMini]).Success().Output;

        Assert.Equal(original, Cli.Run([.. arguments, folder.Combine("checkpoints")]).Success().Output);
        Assert.Equal(original, Cli.Run([.. arguments, folder.Combine("checkpoints", "last")]).Success().Output);
    }

    // The cases of one prompt whose options `generate` has; of the others, it refuses the options.
    private static JsonElement[] Cases(string file)
    {
        var known = GenerationSetting.All.Select(setting => setting.Name).ToHashSet();
        var cases = Cli.Read("generation", file).GetProperty("cases").EnumerateArray()
            .Where(golden => golden.TryGetProperty("finish", out _))
            .Where(golden => golden.GetProperty("options").EnumerateObject().All(option => known.Contains(option.Name)))
            .ToArray();
        Assert.True(cases.Length > 20);
        return cases;
    }

    private static string Request(JsonElement golden)
    {
        var fields = golden.GetProperty("options").EnumerateObject().ToDictionary(option => option.Name, option => (object)option.Value);
        fields["ids"] = golden.GetProperty("input_ids");
        fields["do_sample"] = false;
        return JsonSerializer.Serialize(fields);
    }
}
