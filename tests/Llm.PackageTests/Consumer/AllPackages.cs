// A program of a stranger who trains a model, saves it, opens it again and lets it write, all through the packages.
using Llm.HuggingFace;
using Llm.Models;
using Llm.Sampling;
using Llm.Tokenizers;
using Llm.Training;

var text = string.Concat(Enumerable.Repeat("the cat sat on the mat. ", 40));
var tokenizer = new BpeTrainer(new BpeTrainerOptions { VocabSize = 270 }).Train([text]);
using var data = TokenData.FromText(text, tokenizer);
using var model = new Gpt2Config
{
    VocabSize = tokenizer.VocabSize,
    ContextLength = 16,
    HiddenSize = 32,
    LayerCount = 2,
    HeadCount = 2,
}.CreateModel();

using var trainer = new Trainer(model, new TrainerOptions { Steps = 10, LearningRate = 0.01 });
foreach (var step in trainer.Train(new RandomWindows(data, batchSize: 4, contextLength: 16)))
    Console.WriteLine(FormattableString.Invariant($"step {step.Step} loss {step.Loss:F4}"));

Directory.CreateDirectory("trained");
new PretrainedModel(model, tokenizer).Save("trained");
using var opened = PretrainedModel.Load("trained");
Console.WriteLine(opened.Report);

var generator = new TextGenerator(opened.Model, opened.Tokenizer, new GenerationOptions { MaxNewTokens = 12, DoSample = false });
Console.WriteLine($"generated [{generator.Generate("the cat").Text}]");
