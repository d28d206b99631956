using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace PgGitOps.Providers.RuleHost.Compiling;

/// <summary>Puts a counted tick before every statement, at every function entry, loop turn, label, catch and filter, and a bound on every text that is built.</summary>
internal sealed class FuelRewriter : CSharpSyntaxRewriter
{
    private readonly HashSet<SyntaxNode> texts = [];
    private readonly HashSet<SyntaxNode> returnsNothing = [];
    private readonly List<TextSpan> sites = [];

    private FuelRewriter()
    {
    }

    /// <returns>The rewritten tree's root, and the statement each tick stands for.</returns>
    public static (SyntaxNode Root, IReadOnlyList<TextSpan> Sites) Rewrite(SyntaxNode root, SemanticModel model)
    {
        var rewriter = new FuelRewriter();
        foreach (var node in root.DescendantNodes(_ => true))
        {
            if (IsBuiltText(node, model))
                rewriter.texts.Add(node);
            if (node is AnonymousFunctionExpressionSyntax && model.GetSymbolInfo(node).Symbol is IMethodSymbol { ReturnsVoid: true })
                rewriter.returnsNothing.Add(node);
            if (node is LocalFunctionStatementSyntax or MethodDeclarationSyntax && model.GetDeclaredSymbol(node) is IMethodSymbol { ReturnsVoid: true })
                rewriter.returnsNothing.Add(node);
        }
        return (rewriter.Visit(root), rewriter.sites);
    }

    private static bool IsBuiltText(SyntaxNode node, SemanticModel model)
    {
        var builds = node switch
        {
            InterpolatedStringExpressionSyntax => true,
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } => node.Parent is not BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression },
            AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.AddAssignmentExpression } => true,
            _ => false,
        };
        if (!builds || model.GetConstantValue(node).HasValue)
            return false;
        var type = model.GetTypeInfo(node);
        return type.Type?.SpecialType == SpecialType.System_String && type.ConvertedType?.SpecialType is SpecialType.System_String or SpecialType.System_Object;
    }

    private int Site(SyntaxNode node)
    {
        sites.Add(node.Span);
        return sites.Count - 1;
    }

    private static InvocationExpressionSyntax Call(string method, params ExpressionSyntax[] arguments) => InvocationExpression(
        MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, ParseName("global::" + AllowList.FuelType), IdentifierName(method)),
        ArgumentList(SeparatedList(arguments.Select(Argument))));

    private static LiteralExpressionSyntax Number(int site) => LiteralExpression(SyntaxKind.NumericLiteralExpression, Literal(site));

    private ExpressionStatementSyntax Tick(SyntaxNode at) => ExpressionStatement(Call("Tick", Number(Site(at))));

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
            yield return LabeledStatement(labeled.Identifier, Tick(labeled));
            foreach (var inner in TickedOne(labeled.Statement))
                yield return inner;
            yield break;
        }
        if (statement is not LocalFunctionStatementSyntax)
            yield return Tick(statement);
        yield return (StatementSyntax)Visit(statement)!;
    }

    // A loop's body has a tick of its own even when it is empty.
    private BlockSyntax Body(StatementSyntax statement, bool loop)
    {
        var block = statement is BlockSyntax already ? (BlockSyntax)VisitBlock(already)! : Block(TickedOne(statement));
        return loop ? block.WithStatements(block.Statements.Insert(0, Tick(statement))) : block;
    }

    public override SyntaxNode? VisitIfStatement(IfStatementSyntax node) => node
        .WithCondition((ExpressionSyntax)Visit(node.Condition)!)
        .WithStatement(Body(node.Statement, loop: false))
        .WithElse((ElseClauseSyntax?)Visit(node.Else));

    public override SyntaxNode? VisitElseClause(ElseClauseSyntax node) =>
        node.WithStatement(Body(node.Statement, loop: false));

    public override SyntaxNode? VisitWhileStatement(WhileStatementSyntax node) => node.WithCondition((ExpressionSyntax)Visit(node.Condition)!).WithStatement(Body(node.Statement, loop: true));

    public override SyntaxNode? VisitDoStatement(DoStatementSyntax node) => node.WithStatement(Body(node.Statement, loop: true)).WithCondition((ExpressionSyntax)Visit(node.Condition)!);

    public override SyntaxNode? VisitForStatement(ForStatementSyntax node) => node
        .WithDeclaration((VariableDeclarationSyntax?)Visit(node.Declaration)).WithInitializers(VisitList(node.Initializers))
        .WithCondition((ExpressionSyntax?)Visit(node.Condition)).WithIncrementors(VisitList(node.Incrementors))
        .WithStatement(Body(node.Statement, loop: true));

    public override SyntaxNode? VisitForEachStatement(ForEachStatementSyntax node) =>
        node.WithExpression((ExpressionSyntax)Visit(node.Expression)!).WithStatement(Body(node.Statement, loop: true));

    public override SyntaxNode? VisitForEachVariableStatement(ForEachVariableStatementSyntax node) =>
        node.WithExpression((ExpressionSyntax)Visit(node.Expression)!).WithStatement(Body(node.Statement, loop: true));

    public override SyntaxNode? VisitUsingStatement(UsingStatementSyntax node)
    {
        var visited = (UsingStatementSyntax)base.VisitUsingStatement(node)!;
        return visited.WithStatement(Body(node.Statement, loop: false));
    }

    public override SyntaxNode? VisitCatchClause(CatchClauseSyntax node)
    {
        var visited = (CatchClauseSyntax)base.VisitCatchClause(node)!;
        return visited.WithBlock(visited.Block.WithStatements(visited.Block.Statements.Insert(0, Tick(node))));
    }

    public override SyntaxNode? VisitCatchFilterClause(CatchFilterClauseSyntax node) => node.WithFilterExpression(
        BinaryExpression(SyntaxKind.LogicalAndExpression, Call("TickTrue", Number(Site(node))), ParenthesizedExpression((ExpressionSyntax)Visit(node.FilterExpression)!)));

    public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node) =>
        node.Body is null ? base.VisitMethodDeclaration(node) : node.WithBody(Guarded(node, (BlockSyntax)Visit(node.Body)!));

    public override SyntaxNode? VisitLocalFunctionStatement(LocalFunctionStatementSyntax node)
    {
        if (node.Body is not null)
            return node.WithBody(Guarded(node, (BlockSyntax)Visit(node.Body)!));
        return node.ExpressionBody is null ? node
            : node.WithExpressionBody(null).WithSemicolonToken(default).WithBody(Guarded(node, Expressed(node, node.ExpressionBody.Expression)));
    }

    public override SyntaxNode? VisitParenthesizedLambdaExpression(ParenthesizedLambdaExpressionSyntax node) => node
        .WithExpressionBody(null)
        .WithBlock(Guarded(node, node.Block is not null ? (BlockSyntax)Visit(node.Block)! : Expressed(node, node.ExpressionBody!)));

    public override SyntaxNode? VisitSimpleLambdaExpression(SimpleLambdaExpressionSyntax node) => node
        .WithExpressionBody(null)
        .WithBlock(Guarded(node, node.Block is not null ? (BlockSyntax)Visit(node.Block)! : Expressed(node, node.ExpressionBody!)));

    public override SyntaxNode? VisitAnonymousMethodExpression(AnonymousMethodExpressionSyntax node) =>
        node.WithBlock(Guarded(node, (BlockSyntax)Visit(node.Block)!));

    private BlockSyntax Expressed(SyntaxNode function, ExpressionSyntax expression)
    {
        var visited = (ExpressionSyntax)Visit(expression)!;
        return Block(returnsNothing.Contains(function) ? ExpressionStatement(visited) : ReturnStatement(visited.WithLeadingTrivia(Space)));
    }

    // Depth is given back however the function ends.
    private BlockSyntax Guarded(SyntaxNode function, BlockSyntax body) => Block(
        ExpressionStatement(Call("Enter", Number(Site(function)))),
        TryStatement(body, default, FinallyClause(Block(ExpressionStatement(Call("Leave"))))));

    public override SyntaxNode? VisitInterpolatedStringExpression(InterpolatedStringExpressionSyntax node) => Bounded(node, (ExpressionSyntax)base.VisitInterpolatedStringExpression(node)!);

    public override SyntaxNode? VisitBinaryExpression(BinaryExpressionSyntax node) => Bounded(node, (ExpressionSyntax)base.VisitBinaryExpression(node)!);

    public override SyntaxNode? VisitAssignmentExpression(AssignmentExpressionSyntax node) => Bounded(node, (ExpressionSyntax)base.VisitAssignmentExpression(node)!);

    private ExpressionSyntax Bounded(SyntaxNode original, ExpressionSyntax visited) => texts.Contains(original) ? Call("Text", visited) : visited;
}
