using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds.Members;

internal static class ImportedMembers
{
    private const string Delay = "recovery_min_apply_delay";

    internal static void Write(ImportScope scope) =>
        scope.Yaml.Under(
            "members",
            () =>
            {
                foreach (var member in scope.Snapshot.Members)
                {
                    Write(scope, member.Name, FactsOf(scope, member.Name)!);
                    LeaveOutSlots(scope, member.Name);
                }
            }
        );

    private static void Write(ImportScope scope, string name, ServerFacts facts)
    {
        var (yaml, _, request, leader, _, _) = scope;
        var place = request.Placements.First(p => p.Member == name);
        var upstream = name == leader ? null : Upstream(scope, name, facts);
        if (name != leader)
        {
            var source = upstream ?? leader;
            var sender = FactsOf(scope, source)!;
            if (!IsFed(sender, name))
                yaml.Comment($"{name} does not stream from {source} under its own name (application_name): a plan will say so");
            var slot = name.Replace('-', '_');
            if (sender.Slots.All(s => s.Name != slot))
                yaml.Comment($"{source} has no replication slot {slot}: a plan will propose one");
        }
        if (
            facts.Setting("cluster_name") is { Value: { Length: > 0 } clusterName }
            && clusterName != name
            && clusterName != request.Cluster
            && MemberName.Fits(clusterName)
        )
            yaml.Comment(
                $"{name} has cluster_name '{clusterName}' and will be taken for another server until that is '{name}', '{request.Cluster}' or empty"
            );
        List<(string, string?)> fields =
        [
            ("name", YamlText.Scalar(name)),
            ("host", YamlText.Scalar(place.Host)),
            ("port", YamlText.Number(place.Port)),
            ("from", upstream is not null && upstream != leader ? YamlText.Scalar(upstream) : null),
        ];
        if (DelayOf(facts) is { } delay && scope.PatroniScope is null)
        {
            fields.Add(("replayDelay", DurationText.Format(delay)));
            yaml.Comment($"{name} replays late; where it is never to be promoted, add: promotable: false");
        }
        // Without it a server that is stopped would be looked for where the engine makes its own.
        if (facts.DataDirectory is { } directory)
            fields.Add(("dataDirectory", YamlText.Scalar(directory)));
        else
            yaml.LeftOut(
                $"dataDirectory of {name}, which the login may not ask; while the server is stopped, nobody can say whether its data are there"
            );
        yaml.Line("- " + YamlText.Flow([.. fields]));
    }

    /// <summary>Slots that no member streams by: those of logical replication, and of servers that are no members.</summary>
    private static void LeaveOutSlots(ImportScope scope, string member)
    {
        foreach (var slot in FactsOf(scope, member)!.Slots.Where(s => !s.Temporary && !s.Synced))
        {
            if (scope.Snapshot.Members.All(m => m.Name.Replace('-', '_') != slot.Name))
                scope.Yaml.LeftOut($"{slot.Type} replication slot {slot.Name} on {member}");
        }
    }

    private static ServerFacts? FactsOf(ImportScope scope, string member) =>
        (scope.Snapshot.Find(member)?.Server as Observation<ServerFacts>.Seen)?.Value;

    private static bool IsFed(ServerFacts sender, string member) =>
        sender.Standbys.Any(s => s.ApplicationName.Equals(member, StringComparison.OrdinalIgnoreCase) && s.State == "streaming");

    /// <summary>Who sends to the member: whoever knows it as a standby, else who listens where its receiver is connected to; null where nobody can tell.</summary>
    private static string? Upstream(ImportScope scope, string member, ServerFacts facts)
    {
        foreach (var other in scope.Snapshot.Members.Where(m => m.Name != member))
        {
            if (FactsOf(scope, other.Name) is { } sender && IsFed(sender, member))
                return other.Name;
        }
        return facts.WalReceiver is { SenderHost: { } host, SenderPort: { } port }
            ? scope
                .Request.Placements.Where(p => p.Member != member && p.Address == host && p.Port == port)
                .Select(p => p.Member)
                .FirstOrDefault()
            : null;
    }

    private static TimeSpan? DelayOf(ServerFacts facts) =>
        long.TryParse(facts.Setting(Delay)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
        && milliseconds > 0
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;
}
