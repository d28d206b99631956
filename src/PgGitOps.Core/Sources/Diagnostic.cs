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
/// <remarks>Every text of it is bounded: it quotes what somebody else wrote, and a file of one long key has a thousand findings about it.</remarks>
public sealed record Diagnostic(Severity Severity, string RuleId, string Message, SourceSpan Span)
{
    private const int TextLengthMax = 4_000,
        NameLengthMax = 1_000;

    public string Message
    {
        get;
        init => field = BoundedText.Cut(value, TextLengthMax);
    } = BoundedText.Cut(Message, TextLengthMax);

    /// <summary>What to do about it, or null.</summary>
    public string? Hint
    {
        get;
        init => field = value is null ? null : BoundedText.Cut(value, TextLengthMax);
    }

    /// <summary>The document the finding belongs to, as <c>Kind/name</c>, or null where no document could be read.</summary>
    public string? Document
    {
        get;
        init => field = value is null ? null : BoundedText.Cut(value, NameLengthMax);
    }

    /// <summary>Path of the value inside its document, such as <c>spec.members[1].host</c>, or null.</summary>
    public string? Field
    {
        get;
        init => field = value is null ? null : BoundedText.Cut(value, NameLengthMax);
    }
}
