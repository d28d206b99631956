using System.Globalization;
using System.Text;
using System.Text.Json;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Reporting.Plans;
using PgGitOps.Core.Reporting.Proofs;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Status;

/// <summary>One line a member, in the order of the documents' names.</summary>
public sealed class StatusReport(
    ValidFleet fleet,
    FleetSnapshot snapshot,
    Plan plan,
    IReadOnlyList<LiveContext> promises,
    DateTimeOffset now,
    IReadOnlyDictionary<string, EquatableArray<PlacedSuspension>>? beside = null
)
{
    /// <param name="color">Alerts in ANSI colours.</param>
    public string Text(bool color = false)
    {
        var text = new StringBuilder(ClusterAlertText.Of(plan.Clusters.Select(c => (c.Cluster, c.Alert)), color));
        foreach (var seen in snapshot.Clusters)
        {
            var cluster = fleet.FindCluster(seen.Name)!;
            var planned = plan.Clusters.Single(c => c.Cluster == seen.Name);
            text.Append(
                CultureInfo.InvariantCulture,
                $"{seen.Name}  {cluster.Environment}, {Mode(planned.Mode)}, {Differences(planned)}{VisibleText.Of(Suspended(seen))}\n"
            );
            foreach (var member in seen.Members)
            {
                var at = cluster.FindMember(member.Name);
                var host = fleet.EnvironmentOf(cluster).Hosts.FirstOrDefault(h => h.Name == at?.Host);
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {member.Name, -20} {host?.Site ?? "?", -12} {$"{host?.Address}:{at?.Port}", -22} {VisibleText.Of(Words(seen, member))}\n"
                );
            }
            foreach (var refusal in planned.Refusals)
                text.Append(CultureInfo.InvariantCulture, $"  refused: {refusal.RuleId}: {VisibleText.Of(refusal.Message)}\n");
            foreach (var danger in planned.Changes.Where(c => c.Danger is not null && c.Treatment != FieldTreatment.Ignore))
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  danger: {VisibleText.Of($"{PlanWords.Label(danger.Key)}: {danger.Live?.Display}: {danger.Danger}")}\n"
                );
            var contexts = PromisesOf(seen);
            if (contexts.Length > 0)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  objectives: {string.Join(", ", contexts.GroupBy(c => c.Verdict).OrderByDescending(g => g.Key.Badness()).Select(g => $"{g.Count()} {g.Key.Title()}"))}\n"
                );
            foreach (var alarm in contexts.SelectMany(ProveLive.Alarms))
                text.Append(CultureInfo.InvariantCulture, $"    {VisibleText.Of(alarm)}\n");
            foreach (var part in planned.NotManaged)
                text.Append(CultureInfo.InvariantCulture, $"  not managed: {VisibleText.Of(part.ToString())}\n");
            foreach (var unknown in planned.Unknowns)
                text.Append(CultureInfo.InvariantCulture, $"  unknown: {VisibleText.Of(unknown)}\n");
        }
        return text.Length > 0 ? text.ToString() : "no cluster is declared\n";
    }

    /// <summary>Its schema: schemas/reports/status.schema.json.</summary>
    public const string Format = "pggitops.dev/status/v1";

    public string Json()
    {
        return JsonOutput.Text(json =>
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("commit", plan.Commit);
            json.WriteString("at", snapshot.At);
            json.WriteStartArray("clusters");
            foreach (var seen in snapshot.Clusters)
                Write(json, seen);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private void Write(Utf8JsonWriter json, ClusterSnapshot seen)
    {
        var cluster = fleet.FindCluster(seen.Name)!;
        var planned = plan.Clusters.Single(c => c.Cluster == seen.Name);
        json.WriteStartObject();
        json.WriteString("name", seen.Name);
        json.WriteString("environment", cluster.Environment);
        json.WriteString("mode", Mode(planned.Mode));
        ClusterAlertText.Write(json, planned.Alert);
        json.WriteNumber("differences", planned.Changes.Count);
        json.WriteNumber("steps", planned.Steps.Count);
        if (SuspensionOf(seen) is { } suspension)
        {
            json.WriteStartObject("suspension");
            json.WriteString("owner", suspension.Owner);
            json.WriteString("reason", suspension.Reason);
            json.WriteString("expires", suspension.Expires);
            json.WriteEndObject();
        }
        json.WriteStartArray("members");
        foreach (var member in seen.Members)
        {
            json.WriteStartObject();
            json.WriteString("name", member.Name);
            json.WriteString(
                "state",
                member.Server.Match(s => s.Value.InRecovery ? "standby" : "primary", _ => "absent", _ => "unknown")
            );
            json.WriteString("words", Words(seen, member));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("objectives");
        foreach (var context in PromisesOf(seen))
        {
            json.WriteStartObject();
            json.WriteString("context", context.Name);
            json.WriteString("verdict", JsonOutput.Camel(context.Verdict.ToString()));
            json.WriteStartArray("alarms");
            foreach (var alarm in ProveLive.Alarms(context))
                json.WriteStringValue(alarm);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("unknowns");
        foreach (var unknown in planned.Unknowns)
            json.WriteStringValue(unknown);
        json.WriteEndArray();
        NotManagedText.Write(json, planned.NotManaged);
        json.WriteEndObject();
    }

    private LiveContext[] PromisesOf(ClusterSnapshot seen) => [.. promises.Where(p => p.Proof.Policy.Cluster.Value == seen.Name)];

    private static string Words(ClusterSnapshot cluster, MemberSnapshot member) =>
        member.Server.Match(
            seen =>
                seen.Value.InRecovery
                    ? Standby(cluster, member, seen.Value)
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"primary, {Version(seen.Value)}, timeline {seen.Value.Timeline}"
                    ),
            absent => $"absent: {absent.Evidence}",
            unreadable =>
                member.Host is Observation<DataDirectoryFacts>.Seen { Value: { Running: false } stopped }
                    ? Stopped(stopped)
                    : $"unknown ({unreadable.Kind}): {unreadable.Reason}"
        );

    private static string Stopped(DataDirectoryFacts directory) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"stopped, a {(directory.StandbySignal ? "standby's" : "primary's")} data{(directory.Timeline is { } timeline ? $", timeline {timeline}" : "")}{(directory.Lsn is { } end ? $" at {end}" : "")}, {directory.Path}"
        );

    private static string Standby(ClusterSnapshot cluster, MemberSnapshot member, ServerFacts facts)
    {
        var feed = cluster
            .Primaries.Select(p => p.Server)
            .OfType<Observation<ServerFacts>.Seen>()
            .SelectMany(p => p.Value.Standbys)
            .FirstOrDefault(s => s.ApplicationName == member.Name);
        var stream = (feed, facts.WalReceiver) switch
        {
            ({ } f, _) => string.Create(
                CultureInfo.InvariantCulture,
                $"{f.State}, {f.SyncState}{f.FlushLagBytes switch { null => "", < 0 and var lag => $", {-lag} bytes AHEAD of the primary", var lag => $", {lag} bytes behind" }}"
            ),
            (null, { } receiver) => $"receiver {receiver.Status}",
            _ => "NOT streaming",
        };
        return string.Create(CultureInfo.InvariantCulture, $"standby, {Version(facts)}, timeline {facts.Timeline}, {stream}");
    }

    private static string Version(ServerFacts facts) =>
        string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {facts.VersionNumber / 10000}.{facts.VersionNumber % 10000}");

    private static string Differences(ClusterPlan planned) =>
        planned.Changes.Count switch
        {
            // Nobody who reads of two histories above is to be told that all is well below.
            0 when planned.Alert is not null => "no difference is planned, see above",
            0 when planned.Unknowns.Count > 0 => "partly unknown",
            0 when planned.NotManaged.Count > 0 => PlanWords.Parts(planned.NotManaged.Count),
            0 => "in sync",
            1 => "1 difference",
            var n => string.Create(CultureInfo.InvariantCulture, $"{n} differences"),
        };

    private static string Mode(ReconcileMode mode) =>
        mode switch
        {
            ReconcileMode.Observe => "observe",
            ReconcileMode.Enforce => "enforce",
        };

    /// <summary>The one that ends last, of every place that says so.</summary>
    private Suspension? SuspensionOf(ClusterSnapshot seen) =>
        Suspensions
            .Of(fleet.FindCluster(seen.Name), seen)
            .Concat(beside?.GetValueOrDefault(seen.Name) ?? [])
            .Select(p => p.Suspension)
            .Where(s => s.Expires > now)
            .MaxBy(s => s.Expires);

    private string Suspended(ClusterSnapshot seen) =>
        SuspensionOf(seen) is { } s
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", suspended by {s.Owner} until {s.Expires.UtcDateTime:yyyy-MM-dd HH:mm}Z: {s.Reason}"
            )
            : "";
}
