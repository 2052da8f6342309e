// The main job: import a GPT-2, let it write, fine-tune it on another text, let it write again.
using System.CommandLine;
using Llm.HuggingFace;
using Llm.Samples;
using Llm.Sampling;
using Llm.Tokenizers;
using Llm.Training;
using Spectre.Console;

string[] prompts = ["The old man", "In the morning", "We must"];

var model = new Option<string?>("--model")
{
    Description = "GPT-2 folder in Hugging Face's layout. Default: the bundled model, which has read Moby-Dick.",
};
var data = new Option<string?>("--data") { Description = "Text to learn. Default: State of the Union addresses, 1982 to 2000." };
var steps = new Option<int>("--steps") { Description = "Most updates to make.", DefaultValueFactory = _ => 120 };
var output = new Option<string>("--out") { Description = "Folder for the result.", DefaultValueFactory = _ => "runs/FineTuneGpt2" };
var seed = new Option<long>("--seed") { Description = "Seed of windows, dropout and texts.", DefaultValueFactory = _ => 1337 };
var rate = new Option<double>("--learning-rate") { Description = "Highest learning rate.", DefaultValueFactory = _ => 1e-3 };
var resume = new Option<bool>("--resume") { Description = "Go on where the run in --out was stopped." };

var command = new RootCommand("Imports a GPT-2, fine-tunes it on a text, and shows how its writing changes.")
    { model, data, steps, output, seed, rate, resume };
command.SetAction((arguments, cancellation) => Task.FromResult(Run(arguments, cancellation)));
return await command.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(5) }); // Ctrl+C saves first

int Run(ParseResult arguments, CancellationToken cancellation)
{
    var folder = arguments.GetValue(output)!;
    Directory.CreateDirectory(folder);

    // 1. Import.
    var source = arguments.GetValue(model) ?? SampleData.Path("moby-dick-gpt2");
    using var pretrained = PretrainedModel.Load(source);
    var (gpt, tokenizer) = (pretrained.Model, pretrained.Tokenizer);
    var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(source));
    Console.WriteLine($"Imported {name}: {pretrained.Report}; {gpt.ParameterCounts.Total:N0} parameters.");

    // 2. Write.
    var generator = new TextGenerator(gpt, tokenizer, GenerationOptions.From(pretrained.Generation));
    var before = Write(generator, arguments.GetValue(seed), cancellation);

    // 3. Learn the new text; its last tenth is held out.
    var text = File.ReadAllText(arguments.GetValue(data) ?? SampleData.Path("addresses.txt")).Replace("<|endoftext|>\n", "<|endoftext|>");
    using var ids = TokenData.FromIds(tokenizer.Encode(text, SpecialTokenPolicy.Allow), gpt.Config.VocabSize);
    var (training, validation) = ids.Split(0.9);
    var context = Math.Min(256, gpt.Config.ContextLength);
    var options = new TrainerOptions
    {
        Steps = arguments.GetValue(steps),
        LearningRate = arguments.GetValue(rate),
        MinLearningRate = arguments.GetValue(rate) / 10,
        WarmupSteps = arguments.GetValue(steps) / 20,
        Seed = arguments.GetValue(seed),
        EvaluateEvery = Math.Max(1, arguments.GetValue(steps) / 5),
        Patience = 3,
        CheckpointFolder = Path.Combine(folder, "checkpoints"),
        AddToCheckpoint = tokenizer.Save,
    };
    using var trainer = new Trainer(gpt, options);
    if (arguments.GetValue(resume))
        trainer.Resume(options.CheckpointFolder);
    var display = new TrainingDisplay(Path.Combine(folder, "log.jsonl"), options.Steps);
    display.Restore(trainer.State.Step);
    Console.WriteLine($"Fine-tuning on {training.Length:N0} tokens for up to {options.Steps} steps. Ctrl+C stops and saves.");
    var result = display.Run(() => trainer.Run(
        new RandomWindows(training, batchSize: 8, context, arguments.GetValue(seed)),
        new SequentialWindows(validation, batchSize: 8, context), display, cancellation));
    if (result.Reason == StopReason.Cancelled)
    {
        Console.Error.WriteLine($"Stopped after step {result.Step} and saved. Go on with --resume.");
        return 130;
    }

    // 4. Write again, with the weights of the best evaluation, and save.
    var after = Write(generator, arguments.GetValue(seed), cancellation);
    Show(before, after);
    var (first, best) = (result.Validation[0].Result, result.Best!.Result);
    Console.WriteLine(
        $"Validation loss {first.Loss:F3} before, {best.Loss:F3} after (perplexity {first.Perplexity:F0} and {best.Perplexity:F0}); "
        + $"best at step {result.Best.Step}" + (result.Reason == StopReason.NoImprovement ? ", then stopped early." : "."));
    pretrained.Save(Path.Combine(folder, "model"));
    var losses = result.Validation.Select(point => (point.Step, point.Result.Loss));
    LossPlot.Save(Path.Combine(folder, "loss.png"), "Fine-tuning", display.Losses, [.. losses]);
    Console.WriteLine($"""

        {folder}/model     the fine-tuned model, a Hugging Face folder. Use it:
                             dotnet run -c Release --project samples/Llm.Cli -- generate "We must" --model {folder}/model
                             dotnet run -c Release --project samples/FineTuneGpt2 -- --model {folder}/model --data your.txt --out runs/next
                             or in C#: using var model = PretrainedModel.Load("{folder}/model");
        {folder}/loss.png  its loss curve.
        """);
    return 0;
}

string[] Write(TextGenerator generator, long seed, CancellationToken cancellation) =>
    [.. prompts.Select(prompt => generator.Generate(prompt, new GenerationOptions { MaxNewTokens = 60, Seed = seed }, cancellation).Text)];

void Show(string[] before, string[] after)
{
    var table = new Table().RoundedBorder().ShowRowSeparators().AddColumns("before", "after");
    foreach (var (prompt, (old, now)) in prompts.Zip(before.Zip(after)))
        table.AddRow(Cell(prompt, old), Cell(prompt, now));
    AnsiConsole.Write(table);
}

static Markup Cell(string prompt, string text) => new($"[bold]{Markup.Escape(prompt)}[/]{Markup.Escape(text)}");
