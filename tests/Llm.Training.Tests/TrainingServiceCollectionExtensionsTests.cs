using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Llm.Training.Tests;

public sealed class TrainingServiceCollectionExtensionsTests
{
    [Fact]
    public void AddTrainer_Configured_TrainsTheRegisteredModel()
    {
        using var model = Tiny.Model();
        using var services = new ServiceCollection().AddSingleton(model).AddTrainer(options => options.Steps = 2).BuildServiceProvider();

        var trainer = services.GetRequiredService<Trainer>();

        Assert.Same(model, trainer.Model);
        Assert.Equal(2, trainer.Run(Tiny.Windows()).Step);
        Assert.NotSame(trainer, services.GetRequiredService<Trainer>());
    }

    [Fact]
    public void AddTrainer_Named_TakesModelAndOptionsOfThatName()
    {
        using var first = Tiny.Model();
        using var second = Tiny.Model();
        using var services = new ServiceCollection()
            .AddKeyedSingleton("a", first).AddTrainer("a", options => options.Steps = 1)
            .AddKeyedSingleton("b", second).AddTrainer("b", options => options.Steps = 3)
            .BuildServiceProvider();

        var trainer = services.GetRequiredKeyedService<Trainer>("b");

        Assert.Same(second, trainer.Model);
        Assert.Equal(3, trainer.Run(Tiny.Windows()).Step);
        Assert.Null(services.GetService<Trainer>());
    }

    [Fact]
    public void AddTrainer_ContainerDisposed_LeavesTheModel()
    {
        using var model = Tiny.Model();
        using (var services = new ServiceCollection().AddSingleton(model).AddTrainer(options => options.Steps = 1).BuildServiceProvider())
            services.GetRequiredService<Trainer>();

        Assert.All(model.parameters(), parameter => Assert.False(parameter.IsInvalid));
    }

    [Fact]
    public void AddTrainer_BadOptions_FailAtStart()
    {
        using var services = new ServiceCollection().AddTrainer(options => options.Steps = 0).BuildServiceProvider();

        var error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains("Steps must be at least 1, but is 0.", error.Message, StringComparison.Ordinal);
    }
}
