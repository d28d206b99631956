using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgGitOps.Core.Policies;

namespace PgGitOps.Providers.RuleHost.Compiling;

/// <summary>A parameter that a rule asks for stands in its header.</summary>
internal static class ParameterNames
{
    public static void Check(
        BlockSyntax body,
        SemanticModel model,
        IReadOnlyList<RuleText> rules,
        CombinedText combined,
        List<CompileFinding> findings
    )
    {
        foreach (var call in body.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (
                call.ArgumentList.Arguments is not [{ Expression: var argument }]
                || model.GetConstantValue(argument) is not { HasValue: true, Value: string name }
                || model.GetSymbolInfo(call).Symbol is not IMethodSymbol { ContainingType.Name: "Parameters" } method
                || method.ContainingNamespace.ToDisplayString() != AllowList.LanguageNamespace
            )
                continue;
            var (rule, place) = combined.Locate(argument.Span);
            if (!rules.First(r => r.Number == rule.Number).Parameters.Contains(name))
                findings.Add(
                    new CompileFinding(
                        rule.Number,
                        RuleFindings.Semantics.Id,
                        $"the rule's header declares no parameter '{name}'",
                        place
                    )
                );
        }
    }
}
