using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Importing;

/// <summary>Judges what an import wrote as validate and plan will, and leaves out what does not hold.</summary>
internal static class AcceptedDocument
{
    // What rests on an entry that went is found in the next round.
    private const int RoundsMax = 12;

    internal static ImportOutcome Of(string yaml, IReadOnlyList<string> leftOut, ClusterSnapshot snapshot, ImportRequest request)
    {
        var path = $"environments/{request.Environment}/clusters/{request.Cluster}.yaml";
        var environment = File($"environments/{request.Environment}/environment.yaml", EnvironmentDocumentWriter.Write(request));
        var lines = new DocumentLines(yaml);
        for (var round = 0; round < RoundsMax; round++)
        {
            var text = lines.ToString();
            var wrong = Judge(path, text, environment, snapshot, out var elsewhere);
            if (elsewhere is not null)
                return new ImportOutcome.Impossible(elsewhere);
            if (wrong.Count == 0)
                return new ImportOutcome.Written(text) { LeftOut = [.. leftOut, .. lines.LeftOut] };
            if (!lines.TryLeaveOut(wrong))
                return new ImportOutcome.Impossible(wrong.Values.First());
        }
        return new ImportOutcome.Impossible("no document can be written that validate and plan accept");
    }

    /// <returns>Lines of the document that do not hold, each with the reason.</returns>
    /// <param name="elsewhere">What is wrong with something else than an entry of the document; null for nothing.</param>
    private static SortedDictionary<int, string> Judge(
        string path,
        string text,
        SourceFile environment,
        ClusterSnapshot snapshot,
        out string? elsewhere
    )
    {
        var revision = new RevisionInfo(new string('0', 40), "", DateTimeOffset.UnixEpoch, "import");
        var reading = new FleetReader().Read(new SourceTree(revision, [File(path, text), environment]));
        var wrong = new SortedDictionary<int, string>();
        elsewhere = null;
        foreach (var finding in reading.Diagnostics.Where(d => d.Severity == Severity.Error))
        {
            if (finding.Span.Path != path || finding.Span.Line == 0)
                elsewhere ??= finding.Message;
            else
                wrong.TryAdd(finding.Span.Line, finding.Message);
        }
        if (reading.Fleet is not { } fleet)
            return wrong;
        var options = new PlanOptions(
            DateTimeOffset.UnixEpoch,
            static (_, _) => throw new InvalidOperationException("an imported document names no password")
        );
        foreach (var plan in Planner.Plan(fleet, new FleetSnapshot(DateTimeOffset.UnixEpoch, [snapshot]), options).Clusters)
        {
            foreach (var refusal in plan.Refusals)
            {
                if (refusal.Because is { Line: > 0 } at && at.Path == path)
                    wrong.TryAdd(at.Line, refusal.Message);
            }
            // What a plan will say of members and their slots stands in comments.
            foreach (var change in plan.Changes.Where(c => c.Cause != ChangeCause.Undeclared && !IsOfServers(c.Key.Object)))
            {
                if (change.Because is { Line: > 0 } at && at.Path == path)
                    wrong.TryAdd(
                        at.Line,
                        $"{change.Key.Object} {change.Key.Field} is {change.Live?.Display ?? "absent"}, and a plan would change it to {change.Desired?.Display ?? "nothing"}"
                    );
            }
        }
        return wrong;
    }

    private static bool IsOfServers(ObjectPath path) => path is ObjectPath.Member or ObjectPath.Slot or ObjectPath.AccessList;

    private static SourceFile File(string path, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new SourceFile(
            path,
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes).AsSpan(0, 20)),
            bytes
        );
    }
}
