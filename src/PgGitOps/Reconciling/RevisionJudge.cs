using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Sources;

namespace PgGitOps.Reconciling;

/// <summary>Whether the documents of a revision hold: first each for itself and with each other, then what they promise.</summary>
/// <remarks>Remembers readings and proofs, so that the next revision costs what it changes.</remarks>
internal sealed class RevisionJudge(FleetReader reader)
{
    private readonly ProofMemory memory = new();

    /// <param name="found">What the source already found.</param>
    /// <returns>Valid or invalid.</returns>
    public RevisionOutcome Judge(SourceTree tree, IEnumerable<Diagnostic> found)
    {
        var reading = reader.Read(tree);
        var claims = reading.Fleet is { } read ? ClaimRules.Judge(read, memory: memory) : null;
        EquatableArray<Diagnostic> all =
        [
            .. found.Concat(reading.Diagnostics).Concat(claims?.Diagnostics ?? [])
                .OrderBy(d => d.Span).ThenBy(d => d.RuleId, StringComparer.Ordinal),
        ];
        if (reading.Fleet is { } fleet && all.All(d => d.Severity != Severity.Error))
            return new RevisionOutcome.Valid(fleet, tree, all);
        return new RevisionOutcome.Invalid(tree, all)
        {
            Refuted = claims is { Rejected: true } && found.Concat(reading.Diagnostics).All(d => d.Severity != Severity.Error),
        };
    }
}
