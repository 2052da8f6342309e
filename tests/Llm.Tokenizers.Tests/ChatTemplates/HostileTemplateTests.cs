using System.Text.Json.Nodes;

namespace Llm.Tokenizers.Tests.ChatTemplates;

/// <summary>Templates that want to loop, recurse, fill the memory or look around: each ends in an error of its own, soon.</summary>
public class HostileTemplateTests
{
    private static readonly ChatTemplateLimits Small = new()
    {
        MaxSteps = 200_000,
        MaxMemory = 4 << 20,
        MaxOutputLength = 1 << 20,
        Timeout = TimeSpan.FromMinutes(5), // the other limits are what is tested
    };

    public static TheoryData<string> Endless =>
    [
        // Work.
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{{ range(100000)|list|map('string')|map('upper')|list|length }}{% for a in range(100000) %}{{ range(100000)|sum }}{% endfor %}",
        "{% set ns = namespace(l=range(90000)|list) %}{% for a in range(1000) %}{{ a in ns.l }}{% endfor %}",
        "{% set l = range(90000)|list %}{% for a in range(1000) %}{{ l == l + [] }}{% endfor %}",
        "{% for a in range(1000) %}{{ range(90000)|sort|first }}{% endfor %}",
        "{% set s = 'a' * 500000 %}{% for a in range(100000) %}{{ s == s[:-1] ~ 'b' }}{% endfor %}",
        "{% set s = 'a' * 500000 %}{% for a in range(100000) %}{{ {s: 1}[s] }}{% endfor %}",
        "{% set s = 'a' * 500000 %}{% for a in range(100000) %}{% if 'b' in s %}{% endif %}{% endfor %}",
        "{% set s = 'a' * 400000 %}{% for a in range(100000) %}{{ s.count('a') }}{% endfor %}",
        "{% for a in range(100000) %}{{ 7 ** 5000 % 3 }}{% for b in range(1000) %}{% endfor %}{% endfor %}",

        "{% for a in range(100000) %}{{ range(90000)|unique|list|length }}{% endfor %}",

        // Recursion.
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(x) %}{{ g(x) }}{% endmacro %}{% macro g(x) %}{% for a in [1] %}{{ f(x) }}{% endfor %}{% endmacro %}{{ f(1) }}",
        "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
        "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% block a %}{{ self.a() }}{% endblock %}",
        "{% set ns = namespace(l=[]) %}{% for a in range(90000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[]) %}{% for a in range(50000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l|tojson }}",
        "{% set ns = namespace(l=[], m=[]) %}{% for a in range(20000) %}"
            + "{% set ns.l = [ns.l] %}{% set ns.m = [ns.m] %}{% endfor %}{{ ns.l == ns.m }}",
        "{% set ns = namespace(l=(), m=()) %}{% for a in range(20000) %}"
            + "{% set ns.l = (ns.l,) %}{% set ns.m = (ns.m,) %}{% endfor %}{{ ns.l < ns.m }}",
        "{% set ns = namespace(l=()) %}{% for a in range(50000) %}{% set ns.l = (ns.l,) %}{% endfor %}{{ {ns.l: 1} }}",
        "{% set ns = namespace(l=()) %}{% for a in range(50000) %}{% set ns.l = (ns.l,) %}{% endfor %}{{ {}.get(ns.l) }}",
        "{% set ns = namespace(l=()) %}{% for a in range(50000) %}{% set ns.l = (ns.l,) %}{% endfor %}{{ {}[ns.l] }}",

        // Memory.
        "{{ 'a' * 1000000000 }}",
        "{{ ('a' * 1000000) * 1000000 }}",
        "{{ 'a' * (10 ** 100) }}",
        "{{ [0] * 1000000000 }}",
        "{{ [[0] * 100] * (10 ** 30) }}",
        "{% set ns = namespace(s='a') %}{% for a in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='a') %}{% for a in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s='a') %}{% for a in range(100) %}{% set ns.s = ns.s.replace('a', 'aaaa') %}{% endfor %}",
        "{% set ns = namespace(s=['a']) %}{% for a in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s=['a']) %}{% for a in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s=['a']) %}{% for a in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s|tojson }}",
        "{% set ns = namespace(s=('a',)) %}{% for a in range(100) %}{% set ns.s = (ns.s, ns.s) %}{% endfor %}{{ {ns.s: 1}|length }}",
        "{% set ns = namespace(s=('a',)) %}{% for a in range(100) %}{% set ns.s = (ns.s, ns.s) %}{% endfor %}{{ {}[ns.s] }}",
        "{% set ns = namespace(s=[1], t=[1]) %}{% for a in range(100) %}"
            + "{% set ns.s = [ns.s, ns.s] %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.s == ns.t }}",
        "{% for a in range(100000) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }}{% endfor %}",
        "{{ 'a'.center(2000000000) }}",
        "{{ 'a'.ljust(2000000000) }}",
        "{{ 'a'.zfill(2000000000) }}",
        "{{ ('\t' * 1000).expandtabs(2000000) }}",
        "{{ 'a'|center(2000000000) }}",
        "{{ 'a\nb'|indent(2000000000) }}",
        "{{ [1]|tojson(indent=2000000000) }}",
        "{{ ('x' * 1000).join('y' * 1000000) }}",
        "{{ ('a' * 1000000)|list }}",
        "{{ ('a ' * 1000000).split() }}",
        "{{ ('a,' * 1000000).split(',') }}",
        "{{ ('a\n' * 1000000).splitlines() }}",
        "{{ range(100000)|batch(1, 2)|list|length }}{{ [1]|batch(1000000000, 0)|list }}",
        "{{ [1]|slice(1000000000)|list }}",
        "{{ range(100000)|map('string')|list ~ range(100000)|list }}",
        "{{ '%2000000000d' % 1 }}",
        "{{ '%.2000000000f' % 1.5 }}",
        "{{ '%*d' % (2000000000, 1) }}",
        "{{ '{:2000000000}'.format(1) }}",
        "{{ '{:.2000000000f}'.format(1.5) }}",
        "{{ '{:{}}'.format(1, 2000000000) }}",
        "{% macro f() %}{{ 'a' * 1000000 }}{{ 'a' * 1000000 }}{{ 'a' * 1000000 }}{% endmacro %}{{ f() }}{{ f() }}",

        // Numbers.
        "{{ 10 ** 1000000 }}",
        "{{ 2 ** (2 ** 100) }}",
        "{% set ns = namespace(n=10) %}{% for a in range(100) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
        "{{ ('9' * 100000)|int }}",
        "{{ 1.5|round(1000000, 'ceil') }}",
    ];

    [Theory, MemberData(nameof(Endless))]
    public void Render_EndlessTemplate_StopsAtALimit(string template)
    {
        var error = Assert.Throws<ChatTemplateException>(() => new ChatTemplate(template, Small).Render([]));

        Assert.True(error.Kind == ChatTemplateErrorKind.Limit, error.Message);
        Assert.True(error.Line > 0 && error.Column > 0, error.Message);
    }

    [Theory]
    [InlineData("{{ range(10 ** 9) }}"), InlineData("{{ range(100001)|length }}"), InlineData("{{ -1 ** 0.5 }}")]
    [InlineData("{{ (-8) ** 0.5 }}"), InlineData("{{ 'a'.encode() }}"), InlineData("{{ lipsum() }}"), InlineData("{{ 'x'.translate({}) }}")]
    public void Render_RefusedOperation_IsAnError(string template)
    {
        var error = Assert.Throws<ChatTemplateException>(() => new ChatTemplate(template, Small).Render([]));

        Assert.Equal(ChatTemplateErrorKind.Operation, error.Kind);
    }

    [Theory]
    [InlineData("("), InlineData("["), InlineData("{1:"), InlineData("not "), InlineData("-"), InlineData("a if b else "), InlineData("a[")]
    [InlineData("a("), InlineData("a|b("), InlineData("a is b("), InlineData("'x' ~ ("), InlineData("1 + (")]
    public void Parse_DeepExpression_IsRefused(string opening)
    {
        var error = Assert.Throws<ChatTemplateException>(() => new ChatTemplate("{{ " + string.Concat(Enumerable.Repeat(opening, 50_000))));

        Assert.Equal(ChatTemplateErrorKind.Limit, error.Kind);
    }

    [Theory]
    [InlineData("{% if a %}"), InlineData("{% for a in b %}"), InlineData("{% macro a() %}"), InlineData("{% call a() %}")]
    [InlineData("{% set a %}"), InlineData("{% filter a %}"), InlineData("{% with %}"), InlineData("{% generation %}")]
    [InlineData("{% if a %}{% else %}")]
    public void Parse_DeepBlocks_AreRefused(string opening)
    {
        var error = Assert.Throws<ChatTemplateException>(() => new ChatTemplate(string.Concat(Enumerable.Repeat(opening, 20_000))));

        Assert.Equal(ChatTemplateErrorKind.Limit, error.Kind);
    }

    [Theory]
    [InlineData(" + a"), InlineData(".b"), InlineData("|upper"), InlineData("[0]"), InlineData("()"), InlineData(" or a")]
    [InlineData(" ** a"), InlineData("|abs is odd"), InlineData(" and a"), InlineData(" if a")]
    public void Parse_LongChain_IsRefused(string link)
    {
        var template = "{{ a" + string.Concat(Enumerable.Repeat(link, 1000)) + " }}";

        var error = Assert.Throws<ChatTemplateException>(() => new ChatTemplate(template));

        Assert.Equal(ChatTemplateErrorKind.Limit, error.Kind);
    }

    [Theory, InlineData(" or a"), InlineData(" if a"), InlineData("|default('')")]
    public void Parse_ChainThatIsNotTooLong_Renders(string link) =>
        Assert.Equal("", new ChatTemplate("{{ a" + string.Concat(Enumerable.Repeat(link, 990)) + " }}").Render([]));

    [Fact]
    public void Parse_LongConcatenation_Renders() =>
        Assert.Equal(
            new string('a', 20_001), new ChatTemplate("{{ 'a'" + string.Concat(Enumerable.Repeat(" ~ 'a'", 20_000)) + " }}").Render([]));

    [Theory]
    [InlineData("{% if a%d %}{% endif %}"), InlineData("{% set a%d = 1 %}"), InlineData("{% elif a%d %}"), InlineData("{{ a%d }}")]
    [InlineData("{#"), InlineData("{% macro a%d() %}{% endmacro %}"), InlineData("{% raw %}{% ")]
    [InlineData("{% for a%d in b %}{% set c%d = 1 %}{% endfor %}")]
    public void Parse_ManyPieces_TakesTimeThatGrowsWithThem(string piece)
    {
        var template = "{% if x %}" + string.Concat(Enumerable.Range(0, 20_000).Select(i => piece.Replace("%d", $"{i}")));

        var error = Record.Exception(() => new ChatTemplate(template).Render([]));

        Assert.True(error is null or ChatTemplateException, error?.Message);
    }

    [Fact]
    public void Parse_TooLong_IsRefused()
    {
        var limits = new ChatTemplateLimits { MaxTemplateLength = 10 };

        Assert.Equal("ok", new ChatTemplate("ok", limits).Render([]));
        var error = Assert.Throws<ChatTemplateException>(() => new ChatTemplate("12345678901", limits));
        Assert.Equal(ChatTemplateErrorKind.Limit, error.Kind);
        Assert.Contains("MaxTemplateLength", error.Message);
    }

    [Theory]
    [InlineData("MaxSteps"), InlineData("MaxMemory"), InlineData("MaxOutputLength"), InlineData("MaxDepth"), InlineData("Timeout")]
    public void Render_EachLimit_IsNamedInItsError(string limit)
    {
        var limits = new ChatTemplateLimits();
        var template = "{% for a in range(100000) %}{% for b in range(100000) %}{{ b }}{% endfor %}{% endfor %}";
        switch (limit)
        {
            case "MaxSteps": limits.MaxSteps = 20_000; break;
            case "MaxMemory": limits.MaxMemory = 20_000; break;
            case "MaxOutputLength": limits.MaxOutputLength = 2_000; break;
            case "MaxDepth": limits.MaxDepth = 2; break;
            default: limits.Timeout = TimeSpan.FromTicks(1); break;
        }

        Assert.Contains($"({limit})", Assert.Throws<ChatTemplateException>(() => new ChatTemplate(template, limits).Render([])).Message);
    }

    [Fact]
    public void Render_DeepMessage_IsRefused()
    {
        JsonNode deep = "x";
        for (var i = 0; i < 5000; i++)
            deep = new JsonArray(deep);

        var message = new TemplateMessage(new JsonObject { ["content"] = deep });

        var error = Assert.Throws<ChatTemplateException>(() => new ChatTemplate("x").Render([message]));

        Assert.Equal(ChatTemplateErrorKind.Limit, error.Kind);
    }

    [Fact]
    public void Render_SmallStack_IsAnErrorAndNoCrash()
    {
        var limits = new ChatTemplateLimits { MaxDepth = int.MaxValue, MaxSteps = long.MaxValue };
        var template = new ChatTemplate("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", limits);
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(() => template.Render([])), maxStackSize: 256 * 1024);

        thread.Start();
        thread.Join();

        Assert.Equal(ChatTemplateErrorKind.Limit, Assert.IsType<ChatTemplateException>(error).Kind);
    }

    [Fact]
    public void Render_LongSearch_TakesTimeThatGrowsWithTheTextsAlone()
    {
        // A naive search compares half the part at each of a million places.
        var limits = new ChatTemplateLimits { Timeout = TimeSpan.FromMinutes(5) };
        var template = "{% set p = 'a' * 500000 ~ 'b' ~ 'a' * 500000 %}{% set t = 'a' * 4000000 %}"
            + "{{ p in t }}{{ t.find(p) }}{{ t.rfind(p) }}{{ t.count(p) }}{{ t.split(p)|length }}{{ t.replace(p, '')|length }}";

        Assert.Equal("False-1-1014000000", new ChatTemplate(template, limits).Render([]));
    }

    [Fact]
    public void Render_Cancelled_Throws()
    {
        using var cancellation = new CancellationTokenSource();
        var template = new ChatTemplate("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}");
        cancellation.CancelAfter(TimeSpan.FromMilliseconds(50));

        Assert.ThrowsAny<OperationCanceledException>(() => template.Render([], cancellationToken: cancellation.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => new ChatTemplate("x").Render([], cancellationToken: cancellation.Token));
    }
}
