using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>How one run of one rule ended, before waivers.</summary>
public enum RunEnd
{
    Finished,
    NotApplicable,
    Error,
}

/// <summary>One rule on one document, or on the fleet.</summary>
/// <param name="Subject">The document as <c>Kind/name</c>; null for a rule on the fleet, and for a rule that never ran.</param>
/// <param name="Reason">Why it is not applicable, or what went wrong.</param>
/// <param name="ErrorAt">Statement of the rule that was running when it went wrong.</param>
/// <param name="FuelSpent">Steps; the same on every machine.</param>
public sealed record RuleRun(
    RuleHeader Rule,
    string? Subject,
    RunEnd End,
    string Reason,
    SourceSpan ErrorAt,
    long FuelSpent,
    EquatableArray<RawFinding> Findings
)
{
    /// <summary>Documents (<c>Kind/name</c>) and kinds the run looked at, and whether it asked for the time: what could change its result.</summary>
    public required RunReads Reads { get; init; }

    /// <summary>Of an error that is not the rule's doing, or may not be: the machine was slow, or ended the process. Asked again, the run may end otherwise.</summary>
    public bool ByMachine { get; init; }

    /// <summary>The process ended with the run, so nobody knows what it looked at.</summary>
    public bool ReadsUnknown { get; init; }

    /// <summary>What the run did, statement by statement; null when nobody asked.</summary>
    public RunTrace? Trace { get; init; }
}

public sealed record RunReads(EquatableArray<string> Documents, EquatableArray<string> Kinds, bool Clock);

/// <param name="Statements">Places of the statements that ran.</param>
public sealed record RunTrace(EquatableArray<SourceSpan> Statements, EquatableArray<ValueRead> Values);

/// <param name="Text">As written; empty for a mapping or a list; null where nothing is written.</param>
public sealed record ValueRead(string Document, string Field, string? Text, SourceSpan At);

/// <summary>What a rule reported.</summary>
/// <param name="Value">What stands there: the text of a scalar, else a fingerprint of the whole value.</param>
public sealed record RawFinding(
    string Document,
    string Field,
    string Value,
    string Message,
    string? Hint,
    SourceSpan At,
    EquatableArray<RelatedPlace> Related,
    EquatableArray<RuleEdit> Edits
);

public sealed record RelatedPlace(SourceSpan At, string Text);

/// <summary>A proposed change of a file that leaves everything else of it as it is, comments included.</summary>
/// <param name="At">The scalar to replace; for an added key, the mapping's first key.</param>
/// <param name="Key">The key to add, or empty to replace.</param>
public sealed record RuleEdit(SourceSpan At, string Key, string Text, bool Safe);

/// <summary>Stands for a value in a waiver, so that a changed value voids it.</summary>
public static class ValueFingerprint
{
    public static string Of(LocatedNode? written)
    {
        if (written is not { } node)
            return "(missing)";
        if (node.IsScalar && node.Text.Length <= 200)
            return node.Text;
        var text = new System.Text.StringBuilder();
        Write(node, text);
        return "sha256:"
            + Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text.ToString()))
            )[..16];
    }

    // Lengths before texts, so that no two values are written alike.
    private static void Write(LocatedNode node, System.Text.StringBuilder to)
    {
        to.Append((int)node.Kind)
            .Append(':')
            .Append(node.Text.Length)
            .Append(':')
            .Append(node.Text)
            .Append(node.Items.Count)
            .Append('[');
        for (var i = 0; i < node.Items.Count; i++)
        {
            if (node.Kind == NodeKind.Mapping)
                Write(node.Keys[i], to);
            Write(node.Items[i], to);
        }
        to.Append(']');
    }
}
