using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace PgGitOps.Providers.RuleHost.Compiling;

/// <summary>What a rule is bound to: every symbol, type and operation below a rule's body, also those nobody wrote.</summary>
/// <remarks>
/// Two walks, because each sees what the other does not: over syntax (names, also ambiguous ones; types of every expression)
/// and over operations (implicit calls, conversions, what patterns and loops are lowered to).
/// </remarks>
internal sealed class SymbolGate(SemanticModel model, IAssemblySymbol self, Action<TextSpan, string> refuse)
{
    private const int TypeDepthMax = 6;
    private const int TupleDepthMax = 3;
    private const int ConstantLengthMax = 4_096;

    public void Check(BlockSyntax body)
    {
        foreach (var node in body.DescendantNodes(_ => true))
            CheckNode(node);
        if (model.GetOperation(body) is { } operation)
            CheckOperations(operation);
        else
            refuse(body.Span, "the rule's body is bound to nothing");
    }

    private void CheckNode(SyntaxNode node)
    {
        var info = model.GetSymbolInfo(node);
        CheckSymbol(info.Symbol, node.Span);
        foreach (var candidate in info.CandidateSymbols)
            CheckSymbol(candidate, node.Span);
        if (node is ExpressionSyntax expression)
        {
            var type = model.GetTypeInfo(expression);
            CheckType(type.Type, node.Span);
            if (!SymbolEqualityComparer.Default.Equals(type.Type, type.ConvertedType))
                CheckType(
                    type.ConvertedType,
                    node.Span,
                    boxed: Whole(node).Parent is BinaryExpressionSyntax or AssignmentExpressionSyntax
                );
            CheckSymbol(model.GetConversion(expression).MethodSymbol, node.Span);
            if (model.GetConstantValue(expression) is { HasValue: true, Value: string { Length: > ConstantLengthMax } })
                refuse(node.Span, $"a constant text has at most {ConstantLengthMax} characters");
        }
        if (model.GetDeclaredSymbol(node) is { } declared)
            CheckDeclared(declared, node.Span);
        if (node is CommonForEachStatementSyntax loop)
            CheckForEach(model.GetForEachStatementInfo(loop), loop.Expression.Span);
        if (node is QueryClauseSyntax clause)
        {
            var query = model.GetQueryClauseInfo(clause);
            CheckSymbol(query.CastInfo.Symbol, node.Span);
            CheckSymbol(query.OperationInfo.Symbol, node.Span);
        }
    }

    // The name at the end of a.b is converted together with a.b.
    private static SyntaxNode Whole(SyntaxNode node)
    {
        while (
            (node.Parent is MemberAccessExpressionSyntax access && access.Name == node)
            || node.Parent is ParenthesizedExpressionSyntax or ConditionalAccessExpressionSyntax or MemberBindingExpressionSyntax
        )
            node = node.Parent;
        return node;
    }

    private void CheckDeclared(ISymbol symbol, TextSpan span)
    {
        switch (symbol)
        {
            case ILocalSymbol { RefKind: not RefKind.None }:
                refuse(span, "a rule has no references to variables");
                break;
            case ILocalSymbol local:
                CheckType(local.Type, span);
                break;
            case IParameterSymbol parameter:
                CheckType(parameter.Type, span);
                break;
            case IMethodSymbol { IsAsync: true }
            or IMethodSymbol { IsIterator: true }
            or IMethodSymbol { IsVararg: true }
            or IMethodSymbol { RefKind: not RefKind.None }:
                refuse(span, "a function is neither async nor an iterator");
                break;
            case IMethodSymbol method:
                CheckType(method.ReturnType, span);
                break;
        }
    }

    private void CheckForEach(ForEachStatementInfo info, TextSpan span)
    {
        foreach (
            var symbol in new ISymbol?[]
            {
                info.GetEnumeratorMethod,
                info.MoveNextMethod,
                info.CurrentProperty,
                info.DisposeMethod,
            }
        )
        {
            if (
                symbol is not null
                && !AllowList.ForEach.Contains($"{NameOf(symbol.ContainingType)}.{symbol.Name}")
                && !IsLanguage(symbol.ContainingType)
            )
                refuse(span, $"'{symbol.ContainingType.ToDisplayString()}' cannot be walked in a rule");
        }
    }

    private void CheckOperations(IOperation top)
    {
        var open = new Stack<IOperation>();
        open.Push(top);
        while (open.TryPop(out var operation))
        {
            var span = operation.Syntax.Span;
            if (!AllowedOperations.All.Contains(operation.Kind))
                refuse(span, $"this operation ({operation.Kind}) is not part of the language of rules");
            var boxed =
                operation is IConversionOperation
                {
                    IsImplicit: true,
                    Parent: IBinaryOperation { OperatorKind: BinaryOperatorKind.Add } or ICompoundAssignmentOperation
                };
            CheckType(operation.Type, span, boxed);
            foreach (var symbol in SymbolsOf(operation))
                CheckSymbol(symbol, span);
            if (
                operation is ICollectionExpressionOperation { Type: { } list }
                && list is not IArrayTypeSymbol
                && !IsLanguage(list)
            )
                refuse(span, "brackets make an array or a List<T> here; write new[] { … }");
            if (Texts(operation) is { } shown && !IsPlain(shown))
                refuse(span, $"a value of type '{shown.ToDisplayString()}' has no text; name the part that is meant");
            foreach (var child in operation.ChildOperations)
                open.Push(child);
        }
    }

    // The type whose ToString the operation calls, written or not.
    private static ITypeSymbol? Texts(IOperation operation) =>
        operation switch
        {
            IInterpolationOperation interpolation => Unwrapped(interpolation.Expression).Type,
            IConversionOperation
            {
                IsImplicit: true,
                Type.SpecialType: SpecialType.System_Object,
                Parent: IBinaryOperation or ICompoundAssignmentOperation
            } boxing => boxing.Operand.Type,
            IInvocationOperation { TargetMethod.Name: "ToString", Instance: { } instance } => instance.Type,
            _ => null,
        };

    private static IOperation Unwrapped(IOperation operation) =>
        operation is IConversionOperation { IsImplicit: true } conversion ? conversion.Operand : operation;

    private static bool IsPlain(ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            type = nullable.TypeArguments[0];
        return type.SpecialType is not (SpecialType.None or SpecialType.System_Object or SpecialType.System_Array)
            || NameOf(type) is "System.TimeSpan" or "System.DateTimeOffset"
            || IsLanguage(type)
            || type.TypeKind == TypeKind.Enum;
    }

    private static IEnumerable<ISymbol?> SymbolsOf(IOperation operation) =>
        operation switch
        {
            IInvocationOperation o => [o.TargetMethod],
            IObjectCreationOperation o => [o.Constructor],
            IPropertyReferenceOperation o => [o.Property],
            IFieldReferenceOperation o => [o.Field],
            IMethodReferenceOperation o => [o.Method],
            IUnaryOperation o => [o.OperatorMethod],
            IBinaryOperation o => [o.OperatorMethod],
            ICompoundAssignmentOperation o => [o.OperatorMethod, o.InConversion.MethodSymbol, o.OutConversion.MethodSymbol],
            IIncrementOrDecrementOperation o => [o.OperatorMethod],
            IConversionOperation o => [o.OperatorMethod],
            IRecursivePatternOperation o => [o.DeconstructSymbol, o.MatchedType],
            IDeclarationPatternOperation o => [o.MatchedType],
            ITypePatternOperation o => [o.MatchedType],
            IIsTypeOperation o => [o.TypeOperand],
            IImplicitIndexerReferenceOperation o => [o.LengthSymbol, o.IndexerSymbol],
            ICollectionExpressionOperation o => [o.ConstructMethod],
            ICoalesceOperation o => [o.ValueConversion.MethodSymbol],
            _ => [],
        };

    private void CheckSymbol(ISymbol? symbol, TextSpan span)
    {
        switch (symbol)
        {
            case null or INamespaceSymbol or ILocalSymbol or IParameterSymbol or IRangeVariableSymbol or IDiscardSymbol:
                break;
            case ITypeSymbol type:
                CheckType(type, span);
                break;
            case IMethodSymbol or IPropertySymbol or IFieldSymbol:
                if (!Allows(symbol))
                    refuse(
                        span,
                        $"'{symbol.ToDisplayString()}' is not for rules{(HintFor(symbol) is { } hint ? $": {hint}" : "")}"
                    );
                break;
            default:
                refuse(span, $"'{symbol.ToDisplayString()}' is not for rules");
                break;
        }
    }

    private bool Allows(ISymbol symbol)
    {
        if (symbol is IMethodSymbol { MethodKind: MethodKind.LocalFunction or MethodKind.AnonymousFunction })
            return true;
        if (symbol.ContainingType is not { } owner)
            return symbol is IMethodSymbol { MethodKind: MethodKind.BuiltinOperator };
        if (symbol is IMethodSymbol { MethodKind: MethodKind.BuiltinOperator })
            return owner.TypeKind is not (TypeKind.Delegate or TypeKind.Pointer or TypeKind.Dynamic);
        if (SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, self))
            return owner.IsAnonymousType && symbol is IPropertySymbol or IMethodSymbol { MethodKind: MethodKind.Constructor };
        if (owner.IsTupleType && symbol is IFieldSymbol)
            return true;
        if (symbol is IMethodSymbol method && !method.TypeArguments.All(IsAllowed))
            return false;
        if (IsLanguage(owner))
            return symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected;
        if (
            symbol is IMethodSymbol
            {
                MethodKind: MethodKind.PropertyGet or MethodKind.PropertySet,
                AssociatedSymbol: { } property
            }
        )
            symbol = property;
        var name = symbol is IPropertySymbol { IsIndexer: true } indexer ? indexer.MetadataName : symbol.Name;
        // An overload that takes something foreign (a culture, a format) is another member.
        var signature = symbol switch
        {
            IMethodSymbol m => m.OriginalDefinition.Parameters,
            IPropertySymbol p => p.OriginalDefinition.Parameters,
            _ => [],
        };
        return AllowList.Allows(NameOf(owner), name)
            && signature.All(p => p.Type is ITypeParameterSymbol || IsAllowed(p.Type))
            && !(name == "ToString" && signature.Length > 0);
    }

    private static string? HintFor(ISymbol symbol) =>
        symbol.Name switch
        {
            "Join" or "Concat" when symbol.ContainingType.SpecialType == SpecialType.System_String =>
                "use texts.Joined(separator)",
            "Replace" => "use text.Replaced(part, by)",
            "Now" or "UtcNow" or "Today" => "use the rule's own Now",
            "ToLower" or "ToUpper" => "use ToLowerInvariant or ToUpperInvariant",
            _ => null,
        };

    private void CheckType(ITypeSymbol? type, TextSpan span, bool boxed = false)
    {
        if (type is null or IErrorTypeSymbol || (boxed && type.SpecialType == SpecialType.System_Object))
            return;
        if (!IsAllowed(type) || (type.SpecialType == SpecialType.System_Object && !boxed))
            refuse(span, $"the type '{type.ToDisplayString()}' is not for rules");
    }

    private bool IsAllowed(ITypeSymbol type) => IsAllowed(type, 0, 0);

    private bool IsAllowed(ITypeSymbol type, int depth, int tuples)
    {
        if (depth > TypeDepthMax || tuples > TupleDepthMax)
            return false;
        switch (type)
        {
            case ITypeParameterSymbol:
                return true;
            case IArrayTypeSymbol array:
                return array.Rank == 1 && IsAllowed(array.ElementType, depth + 1, tuples);
            case INamedTypeSymbol { IsTupleType: true } tuple:
                return tuple.TupleElements.All(e => IsAllowed(e.Type, depth + 1, tuples + 1));
            case INamedTypeSymbol { IsAnonymousType: true } anonymous:
                return anonymous
                    .GetMembers()
                    .OfType<IPropertySymbol>()
                    .All(p => p.Type.SpecialType != SpecialType.System_Object && IsAllowed(p.Type, depth + 1, tuples + 1));
            case INamedTypeSymbol named:
                if (SymbolEqualityComparer.Default.Equals(named.ContainingAssembly, self))
                    return true;
                return (IsLanguage(named) || AllowList.Types.ContainsKey(NameOf(named)))
                    && named.TypeArguments.All(a => IsAllowed(a, depth + 1, tuples));
            default:
                return false;
        }
    }

    private static bool IsLanguage(ITypeSymbol type) =>
        type.ContainingAssembly?.Name == "PgGitOps.Core"
        && type.ContainingNamespace?.ToDisplayString() == AllowList.LanguageNamespace;

    private static string NameOf(ITypeSymbol type)
    {
        var definition = type.OriginalDefinition;
        var space = definition.ContainingNamespace is { IsGlobalNamespace: false } n ? n.ToDisplayString() + "." : "";
        return definition.ContainingType is { } outer
            ? $"{NameOf(outer)}/{definition.MetadataName}"
            : space + definition.MetadataName;
    }
}
