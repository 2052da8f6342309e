namespace Llm.Tokenizers.ChatTemplates;

/// <summary>A template that is ready to run; any number of renderings may share it.</summary>
internal sealed class ParsedTemplate(Body body, IReadOnlyDictionary<string, BlockStatement> blocks)
{
    public Body Body => body;

    public IReadOnlyDictionary<string, BlockStatement> Blocks => blocks;

    public IReadOnlyCollection<string> HiddenNames { get; set; } = [];

    /// <summary>Whether {% generation %} stands somewhere in it.</summary>
    public bool HasGenerations { get; set; }

    public void Render(Rendering rendering, Scope variables)
    {
        var root = new Scope(variables, HiddenNames);
        root.Set("self", new TemplateReference(blocks, root));
        rendering.Root = root;
        body.Execute(rendering, root);
    }
}
