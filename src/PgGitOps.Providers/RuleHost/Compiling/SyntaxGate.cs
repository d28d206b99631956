using System.Collections.Frozen;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgGitOps.Core.Policies;

namespace PgGitOps.Providers.RuleHost.Compiling;

/// <summary>The grammar of rules: a rule is statements and local functions, made of the kinds of syntax listed here.</summary>
internal static class SyntaxGate
{
    private const int BracketDepthMax = 60;
    private const int TreeDepthMax = 250;
    private const int LambdaDepthMax = 4;
    private const int OperandsMax = 64;

    private static readonly FrozenSet<SyntaxKind> Allowed = new[]
    {
        SyntaxKind.Block,
        SyntaxKind.LocalDeclarationStatement,
        SyntaxKind.VariableDeclaration,
        SyntaxKind.VariableDeclarator,
        SyntaxKind.EqualsValueClause,
        SyntaxKind.ExpressionStatement,
        SyntaxKind.IfStatement,
        SyntaxKind.ElseClause,
        SyntaxKind.ForEachStatement,
        SyntaxKind.ForEachVariableStatement,
        SyntaxKind.ForStatement,
        SyntaxKind.WhileStatement,
        SyntaxKind.DoStatement,
        SyntaxKind.BreakStatement,
        SyntaxKind.ContinueStatement,
        SyntaxKind.ReturnStatement,
        SyntaxKind.SwitchStatement,
        SyntaxKind.SwitchSection,
        SyntaxKind.CaseSwitchLabel,
        SyntaxKind.CasePatternSwitchLabel,
        SyntaxKind.DefaultSwitchLabel,
        SyntaxKind.EmptyStatement,
        SyntaxKind.LocalFunctionStatement,
        SyntaxKind.ParameterList,
        SyntaxKind.Parameter,
        SyntaxKind.ArrowExpressionClause,
        SyntaxKind.NumericLiteralExpression,
        SyntaxKind.StringLiteralExpression,
        SyntaxKind.CharacterLiteralExpression,
        SyntaxKind.TrueLiteralExpression,
        SyntaxKind.FalseLiteralExpression,
        SyntaxKind.NullLiteralExpression,
        SyntaxKind.DefaultLiteralExpression,
        SyntaxKind.DefaultExpression,
        SyntaxKind.IdentifierName,
        SyntaxKind.GenericName,
        SyntaxKind.QualifiedName,
        SyntaxKind.TypeArgumentList,
        SyntaxKind.PredefinedType,
        SyntaxKind.NullableType,
        SyntaxKind.ArrayType,
        SyntaxKind.ArrayRankSpecifier,
        SyntaxKind.OmittedArraySizeExpression,
        SyntaxKind.TupleType,
        SyntaxKind.TupleElement,
        SyntaxKind.SimpleMemberAccessExpression,
        SyntaxKind.ConditionalAccessExpression,
        SyntaxKind.MemberBindingExpression,
        SyntaxKind.ElementBindingExpression,
        SyntaxKind.ElementAccessExpression,
        SyntaxKind.BracketedArgumentList,
        SyntaxKind.InvocationExpression,
        SyntaxKind.ArgumentList,
        SyntaxKind.Argument,
        SyntaxKind.NameColon,
        SyntaxKind.NameEquals,
        SyntaxKind.ObjectCreationExpression,
        SyntaxKind.ImplicitObjectCreationExpression,
        SyntaxKind.ObjectInitializerExpression,
        SyntaxKind.CollectionInitializerExpression,
        SyntaxKind.ComplexElementInitializerExpression,
        SyntaxKind.ArrayInitializerExpression,
        SyntaxKind.ArrayCreationExpression,
        SyntaxKind.ImplicitArrayCreationExpression,
        SyntaxKind.CollectionExpression,
        SyntaxKind.ExpressionElement,
        SyntaxKind.AnonymousObjectCreationExpression,
        SyntaxKind.AnonymousObjectMemberDeclarator,
        SyntaxKind.ParenthesizedExpression,
        SyntaxKind.TupleExpression,
        SyntaxKind.ConditionalExpression,
        SyntaxKind.CastExpression,
        SyntaxKind.AsExpression,
        SyntaxKind.IsExpression,
        SyntaxKind.SuppressNullableWarningExpression,
        SyntaxKind.DeclarationExpression,
        SyntaxKind.RangeExpression,
        SyntaxKind.IndexExpression,
        SyntaxKind.AddExpression,
        SyntaxKind.SubtractExpression,
        SyntaxKind.MultiplyExpression,
        SyntaxKind.DivideExpression,
        SyntaxKind.ModuloExpression,
        SyntaxKind.LogicalAndExpression,
        SyntaxKind.LogicalOrExpression,
        SyntaxKind.BitwiseAndExpression,
        SyntaxKind.BitwiseOrExpression,
        SyntaxKind.ExclusiveOrExpression,
        SyntaxKind.EqualsExpression,
        SyntaxKind.NotEqualsExpression,
        SyntaxKind.LessThanExpression,
        SyntaxKind.LessThanOrEqualExpression,
        SyntaxKind.GreaterThanExpression,
        SyntaxKind.GreaterThanOrEqualExpression,
        SyntaxKind.CoalesceExpression,
        SyntaxKind.SimpleAssignmentExpression,
        SyntaxKind.AddAssignmentExpression,
        SyntaxKind.SubtractAssignmentExpression,
        SyntaxKind.MultiplyAssignmentExpression,
        SyntaxKind.DivideAssignmentExpression,
        SyntaxKind.CoalesceAssignmentExpression,
        SyntaxKind.OrAssignmentExpression,
        SyntaxKind.AndAssignmentExpression,
        SyntaxKind.UnaryMinusExpression,
        SyntaxKind.UnaryPlusExpression,
        SyntaxKind.LogicalNotExpression,
        SyntaxKind.PreIncrementExpression,
        SyntaxKind.PreDecrementExpression,
        SyntaxKind.PostIncrementExpression,
        SyntaxKind.PostDecrementExpression,
        SyntaxKind.SimpleLambdaExpression,
        SyntaxKind.ParenthesizedLambdaExpression,
        SyntaxKind.IsPatternExpression,
        SyntaxKind.ConstantPattern,
        SyntaxKind.DeclarationPattern,
        SyntaxKind.VarPattern,
        SyntaxKind.DiscardPattern,
        SyntaxKind.RelationalPattern,
        SyntaxKind.AndPattern,
        SyntaxKind.OrPattern,
        SyntaxKind.NotPattern,
        SyntaxKind.ParenthesizedPattern,
        SyntaxKind.RecursivePattern,
        SyntaxKind.PropertyPatternClause,
        SyntaxKind.PositionalPatternClause,
        SyntaxKind.Subpattern,
        SyntaxKind.ExpressionColon,
        SyntaxKind.TypePattern,
        SyntaxKind.SingleVariableDesignation,
        SyntaxKind.ParenthesizedVariableDesignation,
        SyntaxKind.DiscardDesignation,
        SyntaxKind.SwitchExpression,
        SyntaxKind.SwitchExpressionArm,
        SyntaxKind.WhenClause,
        SyntaxKind.InterpolatedStringExpression,
        SyntaxKind.InterpolatedStringText,
        SyntaxKind.Interpolation,
        SyntaxKind.InterpolationFormatClause,
        SyntaxKind.QueryExpression,
        SyntaxKind.QueryBody,
        SyntaxKind.FromClause,
        SyntaxKind.WhereClause,
        SyntaxKind.SelectClause,
        SyntaxKind.LetClause,
        SyntaxKind.OrderByClause,
        SyntaxKind.AscendingOrdering,
        SyntaxKind.DescendingOrdering,
        SyntaxKind.GroupClause,
        SyntaxKind.JoinClause,
        SyntaxKind.QueryContinuation,
    }.ToFrozenSet();

    private static readonly Dictionary<SyntaxKind, string> Said = new()
    {
        [SyntaxKind.UsingDirective] = "a rule needs no 'using': the language of rules is at hand",
        [SyntaxKind.ClassDeclaration] = "a rule declares no types; use tuples, anonymous types and local functions",
        [SyntaxKind.StructDeclaration] = "a rule declares no types; use tuples, anonymous types and local functions",
        [SyntaxKind.RecordDeclaration] = "a rule declares no types; use tuples, anonymous types and local functions",
        [SyntaxKind.RecordStructDeclaration] = "a rule declares no types; use tuples, anonymous types and local functions",
        [SyntaxKind.InterfaceDeclaration] = "a rule declares no types; use tuples, anonymous types and local functions",
        [SyntaxKind.EnumDeclaration] = "a rule declares no types; use tuples, anonymous types and local functions",
        [SyntaxKind.DelegateDeclaration] = "a rule declares no types; use Func and Action",
        [SyntaxKind.TryStatement] = "a rule catches nothing: an error ends it and is reported",
        [SyntaxKind.ThrowStatement] = "a rule throws nothing: report a finding, or say NotApplicable",
        [SyntaxKind.ThrowExpression] = "a rule throws nothing: report a finding, or say NotApplicable",
        [SyntaxKind.AttributeList] = "a rule has no attributes",
        [SyntaxKind.SpreadElement] = "spreading grows lists without bound; use Concat",
        [SyntaxKind.InterpolationAlignmentClause] = "alignment grows texts without bound",
        [SyntaxKind.TypeOfExpression] = "a rule cannot inspect types",
        [SyntaxKind.AwaitExpression] = "a rule waits for nothing",
    };

    /// <summary>Checks one rule by itself, before it is put beside the others.</summary>
    public static void Check(RuleText rule, CSharpParseOptions options, List<CompileFinding> findings)
    {
        var text = SourceText.From(rule.Text);
        // The parser descends with every bracket; the lexer does not. So brackets are counted before anything is parsed.
        if (TooManyBrackets(rule.Text, options) is { } bracket)
        {
            findings.Add(
                new CompileFinding(
                    rule.Number,
                    RuleFindings.NotAllowed.Id,
                    $"brackets nest more than {BracketDepthMax} deep",
                    CombinedText.PlaceIn(text, bracket)
                )
            );
            return;
        }
        var tree = CSharpSyntaxTree.ParseText(text, options);
        var root = tree.GetCompilationUnitRoot();
        var before = findings.Count;
        foreach (var diagnostic in tree.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Take(20))
            findings.Add(
                new CompileFinding(
                    rule.Number,
                    RuleFindings.Syntax.Id,
                    diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture),
                    CombinedText.PlaceIn(text, diagnostic.Location.SourceSpan)
                )
            );
        var directives = root.DescendantTrivia(descendIntoTrivia: false)
            .Where(t => t.IsDirective || t.IsKind(SyntaxKind.ShebangDirectiveTrivia) || t.IsKind(SyntaxKind.SkippedTokensTrivia));
        foreach (var directive in directives)
            Refuse(directive.Span, "a rule has no preprocessor directives");
        if (findings.Count > before)
            return;
        foreach (var member in root.ChildNodes())
            CheckMember(member);

        void CheckMember(SyntaxNode member)
        {
            switch (member)
            {
                // In a script's own grammar a local variable is a field and a local function a method; both become local here.
                case GlobalStatementSyntax { AttributeLists.Count: 0, Modifiers.Count: 0 } statement:
                    CheckTree(statement.Statement, Refuse);
                    break;
                case FieldDeclarationSyntax { AttributeLists.Count: 0 } field
                    when field.Modifiers.All(m => m.IsKind(SyntaxKind.ConstKeyword)):
                    CheckTree(field.Declaration, Refuse);
                    break;
                case MethodDeclarationSyntax
                {
                    AttributeLists.Count: 0,
                    TypeParameterList: null,
                    ConstraintClauses.Count: 0,
                    ExplicitInterfaceSpecifier: null
                } method when method.Modifiers.All(m => m.IsKind(SyntaxKind.StaticKeyword)):
                    foreach (var child in method.ChildNodes())
                        CheckTree(child, Refuse);
                    break;
                default:
                    Refuse(member.Span, Sentence(member));
                    break;
            }
        }

        void Refuse(TextSpan span, string message) =>
            findings.Add(new CompileFinding(rule.Number, RuleFindings.NotAllowed.Id, message, CombinedText.PlaceIn(text, span)));
    }

    /// <summary>Every node below is of a kind that rules are made of.</summary>
    public static void CheckTree(SyntaxNode top, Action<TextSpan, string> refuse)
    {
        var open = new Stack<(SyntaxNode Node, int Depth, int Lambdas)>();
        open.Push((top, 0, 0));
        while (open.TryPop(out var next))
        {
            var (node, depth, lambdas) = next;
            if (!Allowed.Contains(node.Kind()))
            {
                refuse(node.Span, Sentence(node));
                continue;
            }
            if (Detail(node) is { } detail)
                refuse(node.Span, detail);
            if (node is LambdaExpressionSyntax)
                lambdas++;
            if (depth > TreeDepthMax || lambdas > LambdaDepthMax)
            {
                refuse(
                    node.Span,
                    lambdas > LambdaDepthMax ? $"lambdas nest more than {LambdaDepthMax} deep" : "the code nests too deeply"
                );
                return;
            }
            foreach (var child in node.ChildNodes())
                open.Push((child, depth + 1, lambdas));
        }
    }

    private static string Sentence(SyntaxNode node) =>
        Said.GetValueOrDefault(node.Kind()) ?? $"this form of C# ({Words(node.Kind())}) is not part of the language of rules";

    private static string Words(SyntaxKind kind) =>
        string.Concat(
            kind.ToString().Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : " ") + char.ToLowerInvariant(c) : c.ToString())
        );

    private static string? Detail(SyntaxNode node) =>
        node switch
        {
            ParameterSyntax { Modifiers.Count: > 0 } => "parameters have no modifiers",
            LocalFunctionStatementSyntax f
                when f.Modifiers.Any(m => !m.IsKind(SyntaxKind.StaticKeyword)) || f.TypeParameterList is not null =>
                "a local function has no modifiers but static, and no type parameters",
            LambdaExpressionSyntax l when l.Modifiers.Any(m => !m.IsKind(SyntaxKind.StaticKeyword)) =>
                "a lambda has no modifiers but static",
            LocalDeclarationStatementSyntax d
                when d.AwaitKeyword != default
                    || d.UsingKeyword != default
                    || d.Modifiers.Any(m => !m.IsKind(SyntaxKind.ConstKeyword)) => "a local has no modifiers but const",
            CommonForEachStatementSyntax { AwaitKeyword.RawKind: not 0 } => "a rule waits for nothing",
            ArrayCreationExpressionSyntax { Initializer: null } => "an array is written out: new[] { … }",
            ArrayRankSpecifierSyntax { Rank: > 1 } => "arrays have one dimension",
            ArrayRankSpecifierSyntax r when r.Sizes.Any(s => s is not OmittedArraySizeExpressionSyntax) =>
                "an array is written out: new[] { … }",
            InterpolationFormatClauseSyntax { FormatStringToken.ValueText: var format }
                when format.Length > 3 || !format.All(char.IsAsciiLetterOrDigit) => "a format is a letter and at most two digits",
            ArgumentSyntax { RefKindKeyword.RawKind: not 0 } a when !a.RefKindKeyword.IsKind(SyntaxKind.OutKeyword) =>
                "arguments are not passed by reference",
            InterpolatedStringExpressionSyntax { Contents.Count: > OperandsMax } =>
                $"a text is made of at most {OperandsMax} parts",
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum when Operands(sum) > OperandsMax =>
                $"a sum has at most {OperandsMax} operands",
            _ => null,
        };

    private static int Operands(ExpressionSyntax sum)
    {
        var count = 1;
        for (
            var left = sum;
            left is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } inner && count <= OperandsMax;
            left = inner.Left
        )
            count++;
        return count;
    }

    private static TextSpan? TooManyBrackets(string text, CSharpParseOptions options)
    {
        var depth = 0;
        foreach (var token in SyntaxFactory.ParseTokens(text, options: options))
        {
            if (
                token.Kind()
                is SyntaxKind.OpenParenToken
                    or SyntaxKind.OpenBraceToken
                    or SyntaxKind.OpenBracketToken
                    or SyntaxKind.LessThanToken
            )
                depth += token.IsKind(SyntaxKind.LessThanToken) ? 0 : 1;
            else if (token.Kind() is SyntaxKind.CloseParenToken or SyntaxKind.CloseBraceToken or SyntaxKind.CloseBracketToken)
                depth--;
            if (depth > BracketDepthMax)
                return token.Span;
        }
        return null;
    }
}
