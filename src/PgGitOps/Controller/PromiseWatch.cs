using System.Collections.Concurrent;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Reporting.Proofs;
using PgGitOps.State;

namespace PgGitOps.Controller;

/// <summary>What one look changed about the promises of a cluster.</summary>
/// <param name="Raised">Alarms that were not there at the look before.</param>
/// <param name="Cleared">Contexts that have no alarm any more, each with its verdict.</param>
/// <param name="Standing">Every alarm there is now.</param>
internal sealed record PromiseNews(IReadOnlyList<string> Raised, IReadOnlyList<string> Cleared, IReadOnlyList<string> Standing);

/// <summary>Keeps the promises of every context beside what each pass saw, and says what is news. Clusters are looked at in parallel.</summary>
/// <param name="lag">What is known of lag from before this process.</param>
internal sealed class PromiseWatch(LagEvidence lag)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (ValidFleet Fleet, ContextProof[] Proofs)> proofs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<LagHistory>> recalled = new(StringComparer.Ordinal);

    // Of the fleet looked at last: laying it out once a cluster would cost the square of its size after every commit.
    private ProofGround? ground;
    private readonly Dictionary<string, LiveContext> last = new(StringComparer.Ordinal);

    public PromiseNews Look(ValidFleet fleet, string cluster, ClusterSnapshot? seen, DateTimeOffset now)
    {
        List<string> raised = [],
            cleared = [],
            standing = [];
        LagHistory? history = null;
        // Read once a process; not while others wait.
        var known = recalled.GetOrAdd(cluster, c => new(() => lag.Recall(c))).Value;
        lock (gate)
        {
            foreach (var proof in ProofsOf(fleet, cluster))
            {
                var before = last.GetValueOrDefault(proof.Name);
                var live = LiveProver.Of(proof, seen, fleet.Classes, now, before, known);
                history = live.History;
                last[proof.Name] = live;
                standing.AddRange(ProveLive.Alarms(live));
                if (!Alarmed(live).SetEquals(Alarmed(before)))
                {
                    if (live.Alarms.Any())
                        raised.AddRange(ProveLive.Alarms(live));
                    else
                        cleared.Add($"{live.Name} {live.Verdict.Title()}");
                }
            }
        }
        if (history is not null)
            lag.Note(cluster, history);
        return new PromiseNews(raised, cleared, standing);
    }

    /// <summary>What was said last of the contexts of a cluster.</summary>
    public IReadOnlyList<LiveContext> Last(string cluster)
    {
        lock (gate)
            return
            [
                .. last.Values.Where(c => c.Proof.Policy.Cluster.Value == cluster).OrderBy(c => c.Name, StringComparer.Ordinal),
            ];
    }

    private ContextProof[] ProofsOf(ValidFleet fleet, string cluster)
    {
        if (!proofs.TryGetValue(cluster, out var known) || !ReferenceEquals(known.Fleet, fleet))
        {
            if (ground is null || !ReferenceEquals(ground.Fleet, fleet))
                ground = new ProofGround(fleet);
            proofs[cluster] = known = (fleet, [.. ground.PoliciesOf(cluster).Select(ground.Prove)]);
        }
        return known.Proofs;
    }

    /// <summary>The lag's figure changes at every look; that a promise is at risk is news only once.</summary>
    private static HashSet<(FailureScenario, Verdict)> Alarmed(LiveContext? context) =>
        context is null ? [] : [.. context.Alarms.Select(c => (c.Static.Scenario, c.Live.Verdict))];
}
