using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>What a failed rule stops.</summary>
public enum Enforcement
{
    /// <summary>Reported; stops nothing.</summary>
    Advisory,

    /// <summary>Rejects, unless a waiver in force covers the finding.</summary>
    Soft,

    /// <summary>Rejects; nothing waives it.</summary>
    Hard,
}

/// <summary>What a rule file says of itself, in the comment it starts with.</summary>
/// <param name="Subject">Kind of the documents it runs for, one run each; or <c>Fleet</c> for one run in all.</param>
/// <param name="Requirements">Requirement numbers such as <c>R-10</c>.</param>
public sealed record RuleHeader(
    string Id,
    string Title,
    Severity Severity,
    Enforcement Enforcement,
    string Subject,
    EquatableArray<string> Requirements,
    EquatableArray<ParameterDeclaration> Parameters,
    string Help,
    SourceSpan At
)
{
    public const string FleetSubject = "Fleet";

    public bool IsForFleet => Subject == FleetSubject;
}

public enum ParameterType
{
    Duration,
    Integer,
    Size,
    Boolean,
    Text,
    Texts,
}

/// <param name="OneOf">Allowed spellings; empty for any.</param>
public sealed record ParameterDeclaration(
    string Name,
    ParameterType Type,
    ParameterValue Default,
    ParameterValue? Min,
    ParameterValue? Max,
    EquatableArray<string> OneOf,
    string Description,
    SourceSpan At
)
{
    /// <summary>What the repository set it to, or null.</summary>
    public ParameterSetting? Set { get; init; }

    public ParameterValue InForce => Set?.Value ?? Default;
}

/// <param name="At">Where the value is written.</param>
public sealed record ParameterSetting(ParameterValue Value, SourceSpan At);

/// <summary>A rule file that could be read: its header is good; its code has not been looked at.</summary>
/// <param name="Text">The whole file; positions in findings of the compiler are positions in it.</param>
public sealed record RuleSource(string Path, string Text, RuleHeader Header);

/// <summary>The rules of one revision, ordered by id.</summary>
/// <param name="Broken">Findings on files that are no rules, each an error: a rule that cannot be read never passes.</param>
public sealed record RuleBundle(EquatableArray<RuleSource> Rules, EquatableArray<Diagnostic> Broken)
{
    /// <summary>Rules that are not run because what was set for them is wrong, ordered by id: with its defaults such a rule would ask for something else.</summary>
    public EquatableArray<RuleSource> Withheld { get; init; } = [];

    public RuleSource? Find(string id) => Rules.FirstOrDefault(r => r.Header.Id == id);
}
