using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Text;
using PgGitOps.Core.Policies;

namespace PgGitOps.Providers.RuleHost.Compiling;

/// <summary>Which of the layers a compilation uses. Anything but <see cref="All"/> is for tests of one layer by itself.</summary>
[Flags]
internal enum Layers
{
    None = 0,
    Grammar = 1,
    Symbols = 2,
    Metadata = 4,
    Fuel = 8,
    All = Grammar | Symbols | Metadata | Fuel,
}

/// <summary>A rule that the compiler could not be done with.</summary>
/// <param name="Certain">It ends the compiler on any machine; otherwise another try may go well.</param>
/// <param name="Took">Time that passed over it.</param>
internal sealed record CompilerTrouble(CompileFinding Finding, bool Certain, TimeSpan Took);

/// <summary>A compiled bundle.</summary>
/// <param name="Image">The DLL; empty when no rule of the bundle compiles.</param>
/// <param name="Rules">Numbers of the rules that are in it.</param>
/// <param name="Sites">The place each tick stands for.</param>
internal sealed record CompiledRules(
    byte[] Image,
    IReadOnlyList<int> Rules,
    IReadOnlyList<(int Rule, RulePlace Place)> Sites,
    IReadOnlyList<CompileFinding> Findings
)
{
    /// <summary>The machine, and not a rule, may be why something was not compiled.</summary>
    public bool CompilerLost { get; init; }

    /// <summary>Rules that are neither in it nor found fault with.</summary>
    public IEnumerable<RuleText> SilentOn(IEnumerable<RuleText> rules)
    {
        var spoken = Rules.Concat(Findings.Select(f => f.Rule)).ToHashSet();
        return rules.Where(r => !spoken.Contains(r.Number));
    }

    /// <summary>Rules that the compiler could not be done with.</summary>
    public IReadOnlyDictionary<int, CompilerTrouble> Troubles { get; init; } = new Dictionary<int, CompilerTrouble>();
}

/// <summary>Rule texts → one checked assembly. Runs inside the jail only: it parses what strangers wrote.</summary>
internal static class RuleCompiler
{
    private const int FindingsPerRuleMax = 20;

    // Later versions prefer spans to arrays and lists: "a,b".Split(',', ';') and words.Contains("a") would mean methods that no rule may call.
    private const LanguageVersion Version = LanguageVersion.CSharp12;

    private static readonly CSharpParseOptions Parsing = new(
        Version,
        DocumentationMode.None,
        SourceCodeKind.Script,
        preprocessorSymbols: []
    );

    public static CompiledRules Compile(IReadOnlyList<RuleText> rules, Layers layers)
    {
        var findings = new List<CompileFinding>();
        var sound = new List<RuleText>();
        foreach (var rule in rules)
        {
            var before = findings.Count;
            if (layers.HasFlag(Layers.Grammar))
                Guarded(rule, () => SyntaxGate.Check(rule, Parsing, findings), findings);
            if (findings.Count == before)
                sound.Add(rule);
        }
        // A rule that fails leaves the bundle, and the others are compiled again: one author's mistake is not another's.
        while (sound.Count > 0)
        {
            var before = findings.Count;
            var compiled = CompileTogether(sound, layers, findings);
            if (compiled is not null)
                return compiled with { Findings = Ordered(findings) };
            if (findings.Count == before)
                throw new InvalidOperationException("A compilation that yields nothing says why.");
            var broken = findings.Skip(before).Select(f => f.Rule).ToHashSet();
            sound.RemoveAll(r => broken.Contains(r.Number));
        }
        return new CompiledRules([], [], [], Ordered(findings));
    }

    private static CompileFinding[] Ordered(List<CompileFinding> findings) =>
        // One thing is often seen from several nodes of the tree; its first place on a line is enough.
        [
            .. findings
                .OrderBy(f => f.Rule)
                .ThenBy(f => f.Place.Line)
                .ThenBy(f => f.Place.Column)
                .ThenBy(f => f.Message, StringComparer.Ordinal)
                .DistinctBy(f => (f.Rule, f.Place.Line, f.Message))
                .GroupBy(f => f.Rule)
                .SelectMany(g => g.Take(FindingsPerRuleMax)),
        ];

    private static CompiledRules? CompileTogether(List<RuleText> rules, Layers layers, List<CompileFinding> findings)
    {
        var combined = new CombinedText(rules);
        var compilation = Script(combined.Text, layers);
        var tree = (CSharpSyntaxTree)compilation.SyntaxTrees.Single();
        var root = (CompilationUnitSyntax)tree.GetRoot();
        var bodies = Bodies(root, combined, rules, findings);
        if (bodies is null)
            return null;
        var model = compilation.GetSemanticModel(tree);
        if (Report(compilation.GetDiagnostics(), combined, findings))
            return null;
        var refused = findings.Count;
        foreach (var body in bodies)
        {
            void Refuse(TextSpan span, string message)
            {
                var (rule, place) = combined.Locate(span);
                findings.Add(new CompileFinding(rule.Number, RuleFindings.NotAllowed.Id, message, place));
            }

            if (layers.HasFlag(Layers.Grammar))
                SyntaxGate.CheckTree(body, Refuse);
            if (layers.HasFlag(Layers.Symbols))
                new SymbolGate(model, compilation.Assembly, Refuse).Check(body);
            ParameterNames.Check(body, model, rules, combined, findings);
        }
        return findings.Count > refused ? null : Emit(compilation, tree, model, combined, layers, rules, findings);
    }

    private static CompiledRules? Emit(
        CSharpCompilation compilation,
        CSharpSyntaxTree tree,
        SemanticModel model,
        CombinedText combined,
        Layers layers,
        List<RuleText> rules,
        List<CompileFinding> findings
    )
    {
        IReadOnlyList<TextSpan> sites = [];
        if (layers.HasFlag(Layers.Fuel))
        {
            var (rewritten, spans) = FuelRewriter.Rewrite(tree.GetRoot(), model);
            sites = spans;
            compilation = compilation.ReplaceSyntaxTree(tree, CSharpSyntaxTree.Create((CSharpSyntaxNode)rewritten, Parsing));
        }
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        if (!result.Success)
        {
            var first = result.Diagnostics.First(d => d.Severity == DiagnosticSeverity.Error);
            // Places are gone after the rewriting; the whole bundle cannot be trusted to any one rule.
            if (rules.Count == 1 || !layers.HasFlag(Layers.Fuel))
            {
                findings.Add(
                    new CompileFinding(
                        rules[0].Number,
                        RuleFindings.Semantics.Id,
                        first.GetMessage(CultureInfo.InvariantCulture),
                        new RulePlace(1, 1, 1)
                    )
                );
                return null;
            }
            return OneByOne(rules, layers, findings);
        }
        var image = stream.ToArray();
        if (layers.HasFlag(Layers.Metadata) && MetadataGate.Check(image) is { } complaint)
        {
            if (rules.Count > 1)
                return OneByOne(rules, layers, findings);
            findings.Add(new CompileFinding(rules[0].Number, RuleFindings.Lowered.Id, complaint, new RulePlace(1, 1, 1)));
            return null;
        }
        return new CompiledRules(
            image,
            [.. rules.Select(r => r.Number)],
            [.. sites.Select(s => combined.Locate(s)).Select(l => (l.Rule.Number, l.Place))],
            []
        );
    }

    // Finds the rule that spoils the bundle by compiling each alone; null makes the caller go on without it.
    private static CompiledRules? OneByOne(List<RuleText> rules, Layers layers, List<CompileFinding> findings)
    {
        var before = findings.Count;
        foreach (var rule in rules)
            CompileTogether([rule], layers, findings);
        if (findings.Count == before)
            findings.AddRange(
                rules.Select(r => new CompileFinding(
                    r.Number,
                    RuleFindings.Lowered.Id,
                    "the rules compile one by one and not together",
                    new RulePlace(1, 1, 1)
                ))
            );
        return null;
    }

    private static CSharpCompilation Script(string text, Layers layers)
    {
        var options = ScriptOptions
            .Default.WithReferences(References(layers))
            .WithImports("System", AllowList.LanguageNamespace)
            .WithMetadataResolver(NoMetadata.Instance)
            .WithSourceResolver(NoSources.Instance)
            .WithEmitDebugInformation(false)
            .WithAllowUnsafe(false)
            .WithCheckOverflow(true)
            .WithLanguageVersion(Version)
            .WithOptimizationLevel(OptimizationLevel.Release);
        var script = (CSharpCompilation)CSharpScript.Create(text, options).GetCompilation();
        var tightened = script
            .Options.WithDeterministic(true)
            .WithConcurrentBuild(false)
            .WithAllowUnsafe(layers == Layers.None)
            .WithNullableContextOptions(NullableContextOptions.Annotations)
            .WithMetadataImportOptions(MetadataImportOptions.Public)
            .WithXmlReferenceResolver(null)
            .WithStrongNameProvider(null);
        var parsed = CSharpSyntaxTree.ParseText(text, Parsing);
        return script
            .RemoveAllSyntaxTrees()
            .AddSyntaxTrees(parsed)
            .WithReferences(References(layers))
            .WithOptions(tightened)
            .WithAssemblyName("rules");
    }

    // Read once a process: a bundle of which many rules are broken is compiled again and again, and each reading would stay
    // in memory until a finalizer came by.
    private static readonly ConcurrentDictionary<bool, ImmutableArray<MetadataReference>> Known = new();

    private static ImmutableArray<MetadataReference> References(Layers layers) =>
        Known.GetOrAdd(layers.HasFlag(Layers.Symbols), _ => ReadReferences(layers));

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "The worker is always assemblies in files.")]
    private static ImmutableArray<MetadataReference> ReadReferences(Layers layers)
    {
        if (!layers.HasFlag(Layers.Symbols)) // a test of the jail by itself: everything may be named
            return
            [
                .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
                    .Split(Path.PathSeparator)
                    .Select(p => MetadataReference.CreateFromFile(p)),
            ];
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return
        [
            MetadataReference.CreateFromFile(typeof(object).Assembly.Location),
            MetadataReference.CreateFromFile(Path.Combine(runtime, "System.Runtime.dll")),
            MetadataReference.CreateFromFile(typeof(Core.Policies.Language.Rule).Assembly.Location),
        ];
    }

    // The text of a rule is the body of its class's one method and nothing but that: no bracket of it closes one of ours.
    private static List<BlockSyntax>? Bodies(
        CompilationUnitSyntax root,
        CombinedText combined,
        List<RuleText> rules,
        List<CompileFinding> findings
    )
    {
        var bodies = new List<BlockSyntax>();
        for (var i = 0; i < rules.Count; i++)
        {
            if (
                root.Members.ElementAtOrDefault(i)
                    is ClassDeclarationSyntax { Members: [MethodDeclarationSyntax { Body: { } body }] } type
                && type.Identifier.ValueText == rules[i].ClassName
                && body.OpenBraceToken.SpanStart == combined.Openings[i]
                && body.CloseBraceToken.SpanStart == combined.Closings[i]
            )
            {
                bodies.Add(body);
                continue;
            }
            findings.Add(
                new CompileFinding(
                    rules[i].Number,
                    RuleFindings.Syntax.Id,
                    "the rule's text does not stand by itself: a bracket, a comment or a text is not closed",
                    new RulePlace(1, 1, 1)
                )
            );
            return null;
        }
        if (
            root.Members.Count == rules.Count
            && root.Usings.Count == 0
            && root.Externs.Count == 0
            && root.AttributeLists.Count == 0
        )
            return bodies;
        findings.AddRange(
            rules.Select(r => new CompileFinding(
                r.Number,
                RuleFindings.Syntax.Id,
                "the bundle holds more than its rules",
                new RulePlace(1, 1, 1)
            ))
        );
        return null;
    }

    private static bool Report(ImmutableArray<Diagnostic> diagnostics, CombinedText combined, List<CompileFinding> findings)
    {
        var any = false;
        foreach (var diagnostic in diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error))
        {
            var (rule, place) = combined.Locate(diagnostic.Location.SourceSpan);
            findings.Add(
                new CompileFinding(
                    rule.Number,
                    RuleFindings.Semantics.Id,
                    diagnostic.GetMessage(CultureInfo.InvariantCulture),
                    place
                )
            );
            any = true;
        }
        return any;
    }

    private static void Guarded(RuleText rule, Action check, List<CompileFinding> findings)
    {
        try
        {
            check();
        }
        catch (InsufficientExecutionStackException)
        {
            findings.Add(
                new CompileFinding(rule.Number, RuleFindings.NotAllowed.Id, "the code nests too deeply", new RulePlace(1, 1, 1))
            );
        }
    }
}
