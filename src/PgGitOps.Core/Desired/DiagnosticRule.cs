using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

/// <summary>A kind of finding the reader can make: its stable id and what it means.</summary>
/// <param name="Title">Short noun phrase for lists of rules.</param>
/// <param name="Help">Why it is a finding and how to mend it, for the reference page and for SARIF viewers.</param>
public sealed record DiagnosticRule(string Id, string Title, string Help, Severity Severity = Severity.Error)
{
    public Diagnostic At(SourceSpan span, string message, string? hint = null) =>
        new(Severity, Id, message, span) { Hint = hint };
}
