// Trains a GPT on texts, from scratch with a tokenizer learned from them or from a model, and saves it as a Hugging Face folder.
using System.CommandLine;
using Llm.HuggingFace;
using Llm.Models;
using Llm.Samples;
using Llm.Sampling;
using Llm.Tokenizers;
using Llm.Training;

var data = new Option<string?>("--data")
{
    Description = "Text to learn; a line <|endoftext|> separates documents. Its last 5 % is held out. Default: Moby-Dick.",
};
var also = new Option<string[]>("--also")
{
    Description = "Another text to learn, as often as needed; nothing of it is held out. Default: none beside --data, else five novels.",
};
var repeat = new Option<int>("--repeat")
{
    Description = "Times that the first text stands among the others.",
    DefaultValueFactory = _ => 2,
};
repeat.Validators.Add(result =>
{
    if (result.Tokens is [var token] && int.TryParse(token.Value, out var times) && times < 1)
        result.AddError("--repeat must be at least 1.");
});
var from = new Option<string?>("--from") { Description = "GPT-2 folder to start from, with its tokenizer, instead of random weights." };
var output = new Option<string>("--out")
{
    Description = "Folder for checkpoints and the result.",
    DefaultValueFactory = _ => "runs/TrainGpt",
};
var vocabulary = new Option<int>("--vocab-size") { Description = "Tokens to learn.", DefaultValueFactory = _ => 4096 };
var layers = new Option<int>("--layers") { Description = "Blocks.", DefaultValueFactory = _ => 6 };
var heads = new Option<int>("--heads") { Description = "Attention heads in a block.", DefaultValueFactory = _ => 8 };
var width = new Option<int>("--hidden-size") { Description = "Features of a token.", DefaultValueFactory = _ => 256 };
var context = new Option<int>("--context") { Description = "Tokens the model sees at once.", DefaultValueFactory = _ => 256 };
var dropout = new Option<double>("--dropout") { Description = "Dropout of embeddings and residuals.", DefaultValueFactory = _ => 0.1 };
var batch = new Option<int>("--batch-size") { Description = "Windows in a step.", DefaultValueFactory = _ => 8 };
var steps = new Option<int>("--steps") { Description = "Updates.", DefaultValueFactory = _ => 3000 };
var rate = new Option<double>("--learning-rate") { Description = "Highest learning rate.", DefaultValueFactory = _ => 1e-3 };
var evaluate = new Option<int>("--evaluate-every")
{
    Description = "Updates between evaluations on the held-out last part.",
    DefaultValueFactory = _ => 250,
};
var patience = new Option<int>("--patience")
{
    Description = "Evaluations without a better loss before training ends.",
    DefaultValueFactory = _ => 8,
};
var seed = new Option<long>("--seed") { Description = "Seed of weights, windows and dropout.", DefaultValueFactory = _ => 1337 };
var threads = new Option<int>("--threads") { Description = "Threads of torch; 0 leaves the choice to it.", DefaultValueFactory = _ => 0 };
var resume = new Option<bool>("--resume") { Description = "Go on where the run in --out was stopped." };

var command = new RootCommand("Trains a GPT-2, from scratch or from a model, and saves it as a Hugging Face folder.")
{
    data, also, repeat, from, output, vocabulary, layers, heads, width, context, dropout, batch,
    steps, rate, evaluate, patience, seed, threads, resume,
};
command.Validators.Add(result =>
{
    Option[] sizes = [vocabulary, layers, heads, width, context, dropout];
    var given = sizes.FirstOrDefault(option => result.GetResult(option) is { Implicit: false });
    if (given is not null && result.GetResult(from) is not null)
        result.AddError($"{given.Name} cannot be chosen with --from: the model has it already.");
});
command.SetAction((arguments, cancellation) => Task.FromResult(Train(arguments, cancellation)));
return await command.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(5) }); // Ctrl+C saves first

int Train(ParseResult arguments, CancellationToken cancellation)
{
    var folder = arguments.GetValue(output)!;
    Directory.CreateDirectory(folder);
    if (arguments.GetValue(threads) is > 0 and var count)
        TorchSharp.torch.set_num_threads(count);

    // Text to ids. The tokenizer learns from the parts that the model learns from.
    using var start = arguments.GetValue(from) is { } source ? PretrainedModel.Load(source) : null;
    var (first, more) = arguments.GetValue(data) is { } own
        ? (own, Array.Empty<string>())
        : (SampleData.Path("moby-dick.txt"), [SampleData.Path("novels.txt")]);
    var text = Read(first);
    var others = string.Concat((arguments.GetValue(also) is { Length: > 0 } given ? given : more).Select(Read));
    var tokenizer = start?.Tokenizer ?? new BpeTrainer(new BpeTrainerOptions { VocabSize = arguments.GetValue(vocabulary) })
        .Train((text[..(int)(0.95 * text.Length)] + others).Split("<|endoftext|>"), cancellationToken: cancellation);
    var ids = tokenizer.Encode(text, SpecialTokenPolicy.Allow);
    var learned = ids.Take((int)(0.95 * ids.Length)).ToArray();
    var copies = Enumerable.Repeat(learned, arguments.GetValue(repeat)).SelectMany(copy => copy);
    using var training = TokenData.FromIds(copies.Concat(tokenizer.Encode(others, SpecialTokenPolicy.Allow)), tokenizer.VocabSize);
    using var validation = TokenData.FromIds(ids.Skip(learned.Length), tokenizer.VocabSize);
    Console.WriteLine(
        $"{training.Length:N0} tokens to learn from, {validation.Length:N0} held out; vocabulary of {tokenizer.VocabSize:N0}.");

    var config = new Gpt2Config
    {
        VocabSize = tokenizer.VocabSize,
        ContextLength = arguments.GetValue(context),
        LayerCount = arguments.GetValue(layers),
        HeadCount = arguments.GetValue(heads),
        HiddenSize = arguments.GetValue(width),
        ResidualDropout = arguments.GetValue(dropout),
        EmbeddingDropout = arguments.GetValue(dropout),
        AttentionDropout = 0, // costs a third of the time on a CPU
        BosTokenId = tokenizer.EndOfTextId,
        EosTokenId = tokenizer.EndOfTextId,
    };
    TorchSharp.torch.manual_seed(arguments.GetValue(seed));
    using var model = start?.Model ?? config.CreateModel();
    Console.WriteLine(model.ParameterCounts);

    var options = new TrainerOptions
    {
        Steps = arguments.GetValue(steps),
        LearningRate = arguments.GetValue(rate),
        MinLearningRate = arguments.GetValue(rate) / 10,
        WarmupSteps = Math.Min(200, arguments.GetValue(steps) / 10),
        Seed = arguments.GetValue(seed),
        EvaluateEvery = arguments.GetValue(evaluate),
        Patience = arguments.GetValue(patience),
        CheckpointFolder = Path.Combine(folder, "checkpoints"),
        SaveEvery = arguments.GetValue(evaluate),
        AddToCheckpoint = tokenizer.Save,
    };
    using var trainer = new Trainer(model, options);
    var display = new TrainingDisplay(Path.Combine(folder, "log.jsonl"), options.Steps);
    if (arguments.GetValue(resume))
        trainer.Resume(options.CheckpointFolder);
    display.Restore(trainer.State.Step);

    var result = display.Run(() => trainer.Run(
        new RandomWindows(training, arguments.GetValue(batch), model.Config.ContextLength, arguments.GetValue(seed)),
        new SequentialWindows(validation, arguments.GetValue(batch), model.Config.ContextLength), display, cancellation));
    LossPlot.Save(Path.Combine(folder, "loss.png"), "Training from scratch", display.Losses, display.Validation);
    if (result.Reason == StopReason.Cancelled)
    {
        Console.Error.WriteLine($"Stopped after step {result.Step} and saved. Go on with --resume.");
        return 130;
    }

    // The weights are those of the best evaluation now. Half the size is enough to start from.
    var end = tokenizer.EndOfTextId!.Value;
    var generation = new GenerationConfig
    {
        BosTokenId = end,
        EosTokenIds = [end],
        DoSample = true,
        Temperature = 0.7,
        TopP = 0.9,
        RepetitionPenalty = 1.1, // small models like to say things twice
    };
    using var pretrained = new PretrainedModel(model, tokenizer, generation);
    pretrained.Save(Path.Combine(folder, "model"), new PretrainedModelSaveOptions { Type = "float16" });
    Console.WriteLine(
        $"Best validation loss {result.Best!.Result.Loss:F4} at step {result.Best.Step}. Saved {folder}/model and {folder}/loss.png.");

    var generator = new TextGenerator(model, tokenizer, GenerationOptions.From(generation));
    var sample = new GenerationOptions { MaxNewTokens = 120, Seed = arguments.GetValue(seed) };
    Console.WriteLine(generator.Generate("The ", sample, cancellation).Text);
    return 0;
}

// A document ends with a newline; between two stands a line with the mark, and its newline belongs to the mark.
static string Read(string path) => File.ReadAllText(path).Replace("<|endoftext|>\n", "<|endoftext|>") + "<|endoftext|>";
