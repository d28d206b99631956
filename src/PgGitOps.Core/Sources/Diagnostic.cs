namespace PgGitOps.Core.Sources;

public enum Severity
{
    Note,
    Warning,
    Error,
}

/// <summary>A finding about the policy repository, at the place it speaks of.</summary>
/// <param name="RuleId">Stable id such as <c>PGY003</c> (yaml), <c>PGS001</c> (schema), <c>PGR004</c> (references), <c>PG101</c> (rules); see docs/reference.</param>
/// <param name="Message">One sentence: what is wrong and what was expected.</param>
public sealed record Diagnostic(Severity Severity, string RuleId, string Message, SourceSpan Span)
{
    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; init; }

    /// <summary>The document the finding belongs to, as <c>Kind/name</c>, or null where no document could be read.</summary>
    public string? Document { get; init; }

    /// <summary>Path of the value inside its document, such as <c>spec.members[1].host</c>, or null.</summary>
    public string? Field { get; init; }
}
