using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace PgGitOps.Providers.RuleHost.Compiling;

/// <summary>Puts a counted tick before every statement, at every function entry, loop turn, label, catch and filter, and a bound on every text that is built.</summary>
/// <remarks>A tick weighs what its statement's own expressions come to, and work on texts is paid for by their length: a step is a bounded time.</remarks>
internal sealed class FuelRewriter : CSharpSyntaxRewriter
{
    // Nodes of a syntax that are one step together.
    private const int NodesPerStep = 4;

    private readonly HashSet<SyntaxNode> texts = [];
    private readonly HashSet<SyntaxNode> comparisons = [];
    private readonly HashSet<SyntaxNode> read = [];
    private readonly HashSet<SyntaxNode> renamed = [];
    private readonly HashSet<SyntaxNode> returnsNothing = [];
    private readonly List<TextSpan> sites = [];

    private FuelRewriter() { }

    /// <returns>The rewritten tree's root, and the statement each tick stands for.</returns>
    public static (SyntaxNode Root, IReadOnlyList<TextSpan> Sites) Rewrite(SyntaxNode root, SemanticModel model)
    {
        var rewriter = new FuelRewriter();
        foreach (var node in root.DescendantNodes(_ => true))
        {
            if (IsBuiltText(node, model))
                rewriter.texts.Add(node);
            if (IsComparison(node, model))
                rewriter.comparisons.Add(node);
            if (node is ExpressionSyntax expression && IsRead(expression, model))
                rewriter.read.Add(node);
            if (
                node is IdentifierNameSyntax { Parent: MemberAccessExpressionSyntax or MemberBindingExpressionSyntax } name
                && IsMethodOfText(name, model)
            )
                rewriter.renamed.Add(node);
            if (
                node is AnonymousFunctionExpressionSyntax
                && model.GetSymbolInfo(node).Symbol is IMethodSymbol { ReturnsVoid: true }
            )
                rewriter.returnsNothing.Add(node);
            if (
                node is LocalFunctionStatementSyntax or MethodDeclarationSyntax
                && model.GetDeclaredSymbol(node) is IMethodSymbol { ReturnsVoid: true }
            )
                rewriter.returnsNothing.Add(node);
        }
        return (rewriter.Visit(root)!, rewriter.sites);
    }

    private static bool IsBuiltText(SyntaxNode node, SemanticModel model)
    {
        var builds = node switch
        {
            InterpolatedStringExpressionSyntax => true,
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } => node.Parent
                is not BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression },
            AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.AddAssignmentExpression } => true,
            _ => false,
        };
        if (!builds || model.GetConstantValue(node).HasValue)
            return false;
        // Whatever it is taken for afterwards: a text, its characters, an object.
        return IsText(node, model);
    }

    private static bool IsText(SyntaxNode node, SemanticModel model) =>
        model.GetTypeInfo(node).Type?.SpecialType == SpecialType.System_String;

    private static bool IsComparison(SyntaxNode node, SemanticModel model) =>
        node
            is BinaryExpressionSyntax
            {
                RawKind: (int)SyntaxKind.EqualsExpression or (int)SyntaxKind.NotEqualsExpression
            } comparison
        && IsText(comparison.Left, model)
        && IsText(comparison.Right, model)
        && !model.GetConstantValue(node).HasValue;

    /// <summary>A text that is walked to its end: what a switch or a pattern looks at, a piece that is cut out, what a function of the runtime is given.</summary>
    private static bool IsRead(ExpressionSyntax node, SemanticModel model)
    {
        var walked = node.Parent switch
        {
            SwitchStatementSyntax s => s.Expression == node,
            SwitchExpressionSyntax s => s.GoverningExpression == node,
            IsPatternExpressionSyntax s => s.Expression == node,
            ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } => model.GetSymbolInfo(call).Symbol
                is IMethodSymbol { IsStatic: true, MethodKind: MethodKind.Ordinary } method
                && method.ContainingNamespace?.ToDisplayString() != AllowList.LanguageNamespace,
            _ => node is ElementAccessExpressionSyntax { ArgumentList.Arguments: [{ Expression: RangeExpressionSyntax }] },
        };
        return walked && IsText(node, model) && !model.GetConstantValue(node).HasValue;
    }

    private static bool IsMethodOfText(IdentifierNameSyntax name, SemanticModel model) =>
        Core.Policies.Language.Texts.Names.Contains(name.Identifier.ValueText)
        && model.GetSymbolInfo(name).Symbol
            is IMethodSymbol { IsStatic: false, ContainingType.SpecialType: SpecialType.System_String };

    /// <summary>Steps of a statement or an expression without the statements, functions and queries in it, which have their own.</summary>
    private static int Weight(SyntaxNode? of) =>
        of is null
            ? 0
            : 1
                + of.DescendantNodes(n =>
                        n == of
                        || n
                            is not (
                                StatementSyntax
                                or AnonymousFunctionExpressionSyntax
                                or QueryExpressionSyntax
                                or SwitchSectionSyntax
                            )
                    )
                    .Count(n => n is ExpressionSyntax or PatternSyntax or SubpatternSyntax or SwitchExpressionArmSyntax)
                    / NodesPerStep;

    private int Site(SyntaxNode node)
    {
        sites.Add(node.Span);
        return sites.Count - 1;
    }

    private static InvocationExpressionSyntax Call(string method, params ExpressionSyntax[] arguments) =>
        InvocationExpression(
            MemberAccessExpression(
                SyntaxKind.SimpleMemberAccessExpression,
                ParseName("global::" + AllowList.FuelType),
                IdentifierName(method)
            ),
            ArgumentList(SeparatedList(arguments.Select(Argument)))
        );

    private static LiteralExpressionSyntax Number(int site) =>
        LiteralExpression(SyntaxKind.NumericLiteralExpression, Literal(site));

    private ExpressionStatementSyntax Tick(SyntaxNode at, int weight) => ExpressionStatement(Weighed("Tick", at, weight));

    private InvocationExpressionSyntax Weighed(string method, SyntaxNode at, int weight) =>
        weight > 1 ? Call(method, Number(Site(at)), Number(weight)) : Call(method, Number(Site(at)));

    public override SyntaxNode? VisitBlock(BlockSyntax node) => node.WithStatements(Ticked(node.Statements));

    public override SyntaxNode? VisitSwitchSection(SwitchSectionSyntax node) =>
        node.WithLabels(VisitList(node.Labels)).WithStatements(Ticked(node.Statements));

    private SyntaxList<StatementSyntax> Ticked(SyntaxList<StatementSyntax> statements)
    {
        var ticked = new List<StatementSyntax>();
        foreach (var statement in statements)
            ticked.AddRange(TickedOne(statement));
        return List(ticked);
    }

    private IEnumerable<StatementSyntax> TickedOne(StatementSyntax statement)
    {
        // A jump to a label must pass its tick, so the label moves to the tick.
        if (statement is LabeledStatementSyntax labeled)
        {
            yield return LabeledStatement(labeled.Identifier, Tick(labeled, 1));
            foreach (var inner in TickedOne(labeled.Statement))
                yield return inner;
            yield break;
        }
        if (statement is not LocalFunctionStatementSyntax)
            yield return Tick(statement, Weight(statement));
        yield return (StatementSyntax)Visit(statement)!;
    }

    // A loop's body has a tick of its own even when it is empty.
    /// <param name="turn">Steps of what a turn of the loop evaluates beside its body; null where there is no loop.</param>
    private BlockSyntax Body(StatementSyntax statement, int? turn)
    {
        var block = statement is BlockSyntax already ? (BlockSyntax)VisitBlock(already)! : Block(TickedOne(statement));
        return turn is { } weight
            ? block.WithStatements(block.Statements.Insert(0, Tick(statement, Math.Max(1, weight))))
            : block;
    }

    public override SyntaxNode? VisitIfStatement(IfStatementSyntax node) =>
        node.WithCondition((ExpressionSyntax)Visit(node.Condition)!)
            .WithStatement(Body(node.Statement, turn: null))
            .WithElse((ElseClauseSyntax?)Visit(node.Else));

    public override SyntaxNode? VisitElseClause(ElseClauseSyntax node) => node.WithStatement(Body(node.Statement, turn: null));

    public override SyntaxNode? VisitWhileStatement(WhileStatementSyntax node) =>
        node.WithCondition((ExpressionSyntax)Visit(node.Condition)!).WithStatement(Body(node.Statement, Weight(node.Condition)));

    public override SyntaxNode? VisitDoStatement(DoStatementSyntax node) =>
        node.WithStatement(Body(node.Statement, Weight(node.Condition))).WithCondition((ExpressionSyntax)Visit(node.Condition)!);

    public override SyntaxNode? VisitForStatement(ForStatementSyntax node) =>
        node.WithDeclaration((VariableDeclarationSyntax?)Visit(node.Declaration))
            .WithInitializers(VisitList(node.Initializers))
            .WithCondition((ExpressionSyntax?)Visit(node.Condition))
            .WithIncrementors(VisitList(node.Incrementors))
            .WithStatement(Body(node.Statement, Weight(node.Condition) + node.Incrementors.Sum(Weight)));

    public override SyntaxNode? VisitForEachStatement(ForEachStatementSyntax node) =>
        node.WithExpression((ExpressionSyntax)Visit(node.Expression)!).WithStatement(Body(node.Statement, turn: 1));

    public override SyntaxNode? VisitForEachVariableStatement(ForEachVariableStatementSyntax node) =>
        node.WithExpression((ExpressionSyntax)Visit(node.Expression)!).WithStatement(Body(node.Statement, turn: 1));

    public override SyntaxNode? VisitUsingStatement(UsingStatementSyntax node)
    {
        var visited = (UsingStatementSyntax)base.VisitUsingStatement(node)!;
        return visited.WithStatement(Body(node.Statement, turn: null));
    }

    public override SyntaxNode? VisitCatchClause(CatchClauseSyntax node)
    {
        var visited = (CatchClauseSyntax)base.VisitCatchClause(node)!;
        return visited.WithBlock(visited.Block.WithStatements(visited.Block.Statements.Insert(0, Tick(node, 1))));
    }

    public override SyntaxNode? VisitCatchFilterClause(CatchFilterClauseSyntax node) =>
        node.WithFilterExpression(
            BinaryExpression(
                SyntaxKind.LogicalAndExpression,
                Call("TickTrue", Number(Site(node))),
                ParenthesizedExpression((ExpressionSyntax)Visit(node.FilterExpression)!)
            )
        );

    public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node) =>
        node.Body is null ? base.VisitMethodDeclaration(node) : node.WithBody(Guarded(node, 1, (BlockSyntax)Visit(node.Body)!));

    public override SyntaxNode? VisitLocalFunctionStatement(LocalFunctionStatementSyntax node)
    {
        if (node.Body is not null)
            return node.WithBody(Guarded(node, 1, (BlockSyntax)Visit(node.Body)!));
        return node.ExpressionBody is null
            ? node
            : node.WithExpressionBody(null)
                .WithSemicolonToken(default)
                .WithBody(Guarded(node, Weight(node.ExpressionBody), Expressed(node, node.ExpressionBody.Expression)));
    }

    public override SyntaxNode? VisitParenthesizedLambdaExpression(ParenthesizedLambdaExpressionSyntax node) =>
        node.WithExpressionBody(null)
            .WithBlock(
                Guarded(
                    node,
                    Math.Max(1, Weight(node.ExpressionBody)),
                    node.Block is not null ? (BlockSyntax)Visit(node.Block)! : Expressed(node, node.ExpressionBody!)
                )
            );

    public override SyntaxNode? VisitSimpleLambdaExpression(SimpleLambdaExpressionSyntax node) =>
        node.WithExpressionBody(null)
            .WithBlock(
                Guarded(
                    node,
                    Math.Max(1, Weight(node.ExpressionBody)),
                    node.Block is not null ? (BlockSyntax)Visit(node.Block)! : Expressed(node, node.ExpressionBody!)
                )
            );

    public override SyntaxNode? VisitAnonymousMethodExpression(AnonymousMethodExpressionSyntax node) =>
        node.WithBlock(Guarded(node, 1, (BlockSyntax)Visit(node.Block)!));

    private BlockSyntax Expressed(SyntaxNode function, ExpressionSyntax expression)
    {
        var visited = (ExpressionSyntax)Visit(expression)!;
        return Block(
            returnsNothing.Contains(function) ? ExpressionStatement(visited) : ReturnStatement(visited.WithLeadingTrivia(Space))
        );
    }

    // Depth is given back however the function ends.
    private BlockSyntax Guarded(SyntaxNode function, int weight, BlockSyntax body) =>
        Block(
            ExpressionStatement(Weighed("Enter", function, weight)),
            TryStatement(body, default, FinallyClause(Block(ExpressionStatement(Call("Leave")))))
        );

    public override SyntaxNode? Visit(SyntaxNode? node)
    {
        var visited = base.Visit(node);
        if (node is null || visited is not ExpressionSyntax expression)
            return visited;
        if (read.Contains(node))
            expression = Call("Reads", expression.WithoutTrivia());
        // What stands in a query runs for each element, and in no statement of its own.
        if (IsPartOfQuery(node) && Weight(node) is var weight and > 1)
            expression = Call("Pay", Number(weight), expression.WithoutTrivia());
        return expression;
    }

    private static bool IsPartOfQuery(SyntaxNode node) =>
        node.Parent switch
        {
            WhereClauseSyntax or SelectClauseSyntax or LetClauseSyntax or OrderingSyntax or GroupClauseSyntax => true,
            FromClauseSyntax { Parent: QueryBodySyntax } from => from.Expression == node,
            JoinClauseSyntax join => join.LeftExpression == node || join.RightExpression == node,
            _ => false,
        };

    public override SyntaxNode? VisitIdentifierName(IdentifierNameSyntax node) =>
        renamed.Contains(node)
            ? IdentifierName(Core.Policies.Language.Texts.Prefix + node.Identifier.ValueText).WithTriviaFrom(node)
            : base.VisitIdentifierName(node);

    public override SyntaxNode? VisitInterpolatedStringExpression(InterpolatedStringExpressionSyntax node) =>
        Bounded(node, (ExpressionSyntax)base.VisitInterpolatedStringExpression(node)!);

    public override SyntaxNode? VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        var visited = (BinaryExpressionSyntax)base.VisitBinaryExpression(node)!;
        if (!comparisons.Contains(node))
            return Bounded(node, visited);
        var same = Call("Same", visited.Left.WithoutTrivia(), visited.Right.WithoutTrivia());
        return node.IsKind(SyntaxKind.EqualsExpression) ? same : PrefixUnaryExpression(SyntaxKind.LogicalNotExpression, same);
    }

    public override SyntaxNode? VisitAssignmentExpression(AssignmentExpressionSyntax node) =>
        Bounded(node, (ExpressionSyntax)base.VisitAssignmentExpression(node)!);

    private ExpressionSyntax Bounded(SyntaxNode original, ExpressionSyntax visited) =>
        texts.Contains(original) ? Call("Text", visited) : visited;
}
