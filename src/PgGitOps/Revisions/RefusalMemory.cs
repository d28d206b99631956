using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.State;

namespace PgGitOps.Revisions;

/// <summary>The commit that was refused last, with every error: a loop that starts again tells it without judging it once more.</summary>
/// <remarks>
/// Kept is only what the commit, the program and its settings decide (<see cref="RevisionOutcome.Invalid.Lasts"/>). Signatures and descent, which rest on files of keys and on
/// what was accepted last, are no part of it: they are checked each time (<see cref="SourceRequest.RefusedCommitId"/>). Losing it costs a judgement.
/// </remarks>
/// <param name="repository">Key of the policy repository and the reference.</param>
/// <param name="circumstances">What else feeds a judgement: the build, the runtime of the rules, settings. Null where it is not known, and then nothing is remembered.</param>
internal sealed class RefusalMemory(IEvidenceStore store, string repository, string? circumstances, TimeProvider time)
{
    // A series holds twice as much; a refusal of more words than that is judged again.
    private const int BytesMax = 48 << 10;

    // No cluster is called so.
    private readonly EvidenceSeries series = new("(revision)", repository, "refusal");

    /// <summary>Null where none is known, or where it was refused under other circumstances.</summary>
    public RevisionProblem.Invalid? Find() =>
        circumstances is not null
        && store.Latest(series) is EvidenceReading.Found { Newest: { } newest }
        && EvidenceBody.Parse(newest, RefusalJson.Default.RefusedCommit) is { } refused
        && refused.Circumstances == circumstances
        && refused.Findings.Any(f => f.Severity == Severity.Error)
            ? refused.ToProblem()
            : null;

    public void Keep(RevisionProblem.Invalid problem)
    {
        if (circumstances is null)
            return;
        var body = JsonSerializer.Serialize(RefusedCommit.Of(problem, circumstances), RefusalJson.Default.RefusedCommit);
        if (Encoding.UTF8.GetByteCount(body) <= BytesMax)
            store.Append(
                series,
                newest => newest?.Body == body ? null : new EvidenceDraft(time.GetUtcNow(), null, body) { MayBeLost = true }
            );
    }
}

/// <summary>A refusal as it is kept.</summary>
internal sealed record RefusedCommit(
    string Circumstances,
    string CommitId,
    string Author,
    DateTimeOffset CommittedAt,
    string Subject,
    bool Refuted,
    bool RuledOut,
    IReadOnlyList<RefusalFinding> Findings
)
{
    public static RefusedCommit Of(RevisionProblem.Invalid problem, string circumstances) =>
        new(
            circumstances,
            problem.Tree.Revision.CommitId,
            problem.Tree.Revision.Author,
            problem.Tree.Revision.CommittedAt,
            problem.Tree.Revision.Subject,
            problem.Refuted,
            problem.RuledOut,
            [.. problem.Errors.Select(RefusalFinding.Of)]
        );

    /// <summary>Without the files of the commit, which nobody read, and without notes and warnings, which may speak of the day they were made.</summary>
    public RevisionProblem.Invalid ToProblem() =>
        new(
            new SourceTree(new RevisionInfo(CommitId, Author, CommittedAt, Subject), []),
            Findings.Select(f => f.ToDiagnostic()).ToEquatableArray(),
            Refuted
        )
        {
            RuledOut = RuledOut,
        };
}

internal sealed record RefusalFinding(
    Severity Severity,
    string Rule,
    string Message,
    string Path,
    int Line,
    int Column,
    int EndColumn,
    string? Hint,
    string? Document,
    string? Field
)
{
    public static RefusalFinding Of(Diagnostic found) =>
        new(
            found.Severity,
            found.RuleId,
            found.Message,
            found.Span.Path,
            found.Span.Line,
            found.Span.Column,
            found.Span.EndColumn,
            found.Hint,
            found.Document,
            found.Field
        );

    public Diagnostic ToDiagnostic() =>
        new(Severity, Rule, Message, new SourceSpan(Path, Line, Column, EndColumn))
        {
            Hint = Hint,
            Document = Document,
            Field = Field,
        };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true
)]
[JsonSerializable(typeof(RefusedCommit))]
internal sealed partial class RefusalJson : JsonSerializerContext;
