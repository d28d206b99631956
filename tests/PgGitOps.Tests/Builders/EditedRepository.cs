using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Builders;

/// <summary>A small policy repository that is edited at random, as a team edits its own over years. One seed gives one history.</summary>
/// <remarks>A document is a list of lines with one field each, so that replacing a line by that of another draw changes one field. Most revisions are valid; some are not.</remarks>
internal sealed class EditedRepository
{
    private static readonly string[] Clusters = ["alpha", "beta", "gamma"];
    private static readonly string[] Contexts = ["audit", "billing", "catalog", "orders", "stock", "tenancy", "users"];
    private static readonly string[] Databases = ["first", "second", "third"];
    private static readonly string[] Environments = ["prod", "test"];

    private readonly Random random;
    private readonly List<SortedDictionary<string, string[]>> accepted = [];
    private bool good;
    private SortedDictionary<string, string[]> files = new(StringComparer.Ordinal);

    public EditedRepository(int seed)
    {
        random = new Random(seed);
        do
        {
            files.Clear();
            files["policies/recovery-classes.yaml"] = Classes();
            foreach (var name in Environments)
                files[$"environments/{name}/environment.yaml"] = Environment(name);
            foreach (var name in Clusters)
                files[$"environments/{Pick(Environments)}/clusters/{name}.yaml"] = Cluster(name);
            foreach (var name in Contexts)
                files[$"policies/contexts/{name}.yaml"] = Context(name);
        } while (new FleetReader().Read(Tree).Fleet is null);
        Accept();
    }

    public SourceTree Tree => Trees.Of([.. files.Select(f => (f.Key, string.Join('\n', f.Value) + "\n"))]);

    /// <summary>The present revision is valid; edits may come back to it.</summary>
    public void Accept()
    {
        good = true;
        accepted.Add(new(files, StringComparer.Ordinal));
    }

    /// <returns>What was done.</returns>
    public string Edit()
    {
        // What is broken does not stay so for long.
        if (!good && Chance(75))
        {
            files = new(accepted[^1], StringComparer.Ordinal);
            good = true;
            return "back to the last good revision";
        }
        good = false;
        var path = Pick([.. files.Keys]);
        var text = files[path];
        switch (random.Next(20))
        {
            case < 9:
                var comment = text[0].StartsWith('#') ? 1 : 0;
                var line = random.Next(4, Redraw(text).Length);
                files[path] = [.. text[..(line + comment)], Redraw(text)[line], .. text[(line + comment + 1)..]];
                return $"line {line} of {path}";
            case 9:
                files[path] = Redraw(text);
                return $"all of {path}";
            case 10 or 11:
                // Every place below it moves, and nothing else changes.
                files[path] = text[0].StartsWith('#')
                    ? text[1..]
                    : ["# " + random.Next(100).ToString(CultureInfo.InvariantCulture), .. text];
                return $"comment in {path}";
            case 12:
                files.Remove(path);
                return $"{path} goes";
            case 13 or 14:
                var context = Pick(Contexts);
                files[$"policies/contexts/{context}.yaml"] = Context(context);
                return $"context {context} comes";
            case 15:
                var cluster = Pick(Clusters);
                files[$"environments/{Pick(Environments)}/clusters/{cluster}.yaml"] = Cluster(cluster);
                return $"cluster {cluster} comes";
            case 16:
                files.Remove(path);
                files[
                    path.StartsWith("policies/contexts/", StringComparison.Ordinal)
                        ? path.Replace("policies/contexts/", "policies/moved-", StringComparison.Ordinal)
                    : path.Contains("/prod/", StringComparison.Ordinal)
                        ? path.Replace("/prod/", "/test/", StringComparison.Ordinal)
                    : path.Replace("/test/", "/prod/", StringComparison.Ordinal)
                ] = text;
                return $"{path} moves";
            case 17:
                files[path] =
                [
                    .. text.Select(l =>
                        l.StartsWith("metadata:", StringComparison.Ordinal)
                            ? $"metadata: {{ name: {Pick(["new", .. Contexts])} }}"
                            : l
                    ),
                ];
                return $"{path} is renamed";
            case 18:
                files[path] = [.. text, "unknown: key"];
                return $"{path} breaks";
            default:
                files = new(Pick(accepted), StringComparer.Ordinal);
                return "back to a revision from before";
        }
    }

    private string[] Redraw(string[] text)
    {
        var name = text.First(l => l.StartsWith("metadata:", StringComparison.Ordinal))["metadata: { name: ".Length..]
            .TrimEnd(' ', '}');
        return text.First(l => l.StartsWith("kind:", StringComparison.Ordinal)) switch
        {
            "kind: Cluster" => Cluster(name),
            "kind: Environment" => Environment(name),
            "kind: RecoveryPolicy" => Context(name),
            _ => Classes(),
        };
    }

    private string[] Classes() =>
        [
            "apiVersion: pggitops.dev/v1",
            "kind: RecoveryClasses",
            "metadata: { name: classes }",
            "spec:",
            $"  rpo: {{ zero: 0s, seconds: {Pick(["30s", "20s"])}, minutes: 5m, hours: 4h }}",
            $"  rto: {{ seconds: 1m, minutes: {Pick(["15m", "10m"])}, hour: 1h, hours: 8h }}",
        ];

    private string[] Environment(string name) =>
        [
            "apiVersion: pggitops.dev/v1",
            "kind: Environment",
            $"metadata: {{ name: {name} }}",
            "spec:",
            "  sites:",
            "    - { name: bergen, failureDomains: [ { name: bergen-a, hosts: [ { name: b1, address: 10.0.2.1 } ] }, { name: bergen-b, hosts: [ { name: b2, address: 10.0.2.2 } ] } ] }",
            "    - { name: oslo, failureDomains: [ { name: oslo-a, hosts: [ { name: o1, address: 10.0.1.1 } ] }, { name: oslo-b, hosts: [ { name: o2, address: 10.0.1.2 } ] } ] }",
            Chance(70)
                ? "    - { name: trondheim, failureDomains: [ { name: trondheim-a, hosts: [ { name: t1, address: 10.0.3.1 } ] } ] }"
                : "",
            $"  observers: [ {{ name: e1, site: oslo }}, {{ name: e2, site: bergen }}, {{ name: e3, site: {Pick(["oslo", "bergen"])} }} ]",
            "  repositories: [ { name: oslo-repo, site: oslo, type: posix, path: /r }, { name: bergen-repo, site: bergen, type: posix, path: /r } ]",
            Chance(40) ? $"  links: [ {{ sites: [ bergen, oslo ], bandwidth: {Pick(["1MB/s", "3MB/s", "100MB/s"])} }} ]" : "",
            Chance(80)
                ? $"  planning: {{ detection: {Pick(["30s", "2m"])}, decision: {Pick(["10m", "30m"])}, promotion: 10s, reconnect: 20s, archivePush: 10s, mistakeDetection: 4h, restoreRate: 200MB/s, replayRate: 100MB/s }}"
                : "",
        ];

    private string[] Cluster(string name)
    {
        var hosts = Pick<string[]>([
            ["o1", "b1"],
            ["o1", "o2", "b1"],
            ["o1", "o2", "b1", "b2"],
            ["o1", "b1", "b2"],
        ]);
        // One host carries a member of each cluster, at a port of its own.
        var port = 5432 + Math.Max(0, Array.IndexOf(Clusters, name));
        var members = string.Join(
            ", ",
            hosts.Select(
                (h, i) =>
                    $"{{ name: {name}-{i + 1}, host: {h}, port: {port}{(i > 0 && Chance(10) ? ", promotable: false" : "")} }}"
            )
        );
        var standbys =
            $"standbys: [ {name}-1, {name}-2{Pick([" ], count: 1", " ], count: 1", $", {name}-3 ], count: {random.Next(1, 3)}"])}";
        return
        [
            "apiVersion: pggitops.dev/v1",
            "kind: Cluster",
            $"metadata: {{ name: {name} }}",
            "spec:",
            $"  postgres: {Pick(["15", "16"])}",
            Chance(60)
                ? "  manager: { native: {} }"
                : $"  manager: {{ patroni: {{ scope: {name}, dcsMembers: [ e1, e2, e3 ], {Pick(["version: 4.1.5, ", ""])}watchdog: {Pick(["true", "false"])}{Pick([", standbySites: [ bergen ]", "", ""])} }} }}",
            $"  primarySite: {Pick(["oslo", "oslo", "oslo", "oslo", "bergen"])}",
            $"  members: [ {members} ]",
            Chance(60)
                ? $"  replication: {{ synchronous: {{ method: {Pick(["any", "first"])}, {standbys}, commit: {Pick(["on", "on", "remote_write", "remote_apply"])}{Pick([", whenShort: degrade", "", "", "", "", ""])} }} }}"
                : "  replication: {}",
            Chance(70) ? "  storage: { durability: localNvme, dataChecksums: true }" : "",
            $"  parameters: {{ work_mem: {Pick(["4MB", "8MB"])}{Pick([", fsync: off", "", "", "", "", ""])} }}",
            $"  roles: [ {{ name: one }}, {{ name: two }}, {{ name: app, login: true, memberOf: [ {Pick(["one", "two", "one, two"])} ]{Pick([", settings: { synchronous_commit: local }", "", "", ""])} }} ]",
            "  databases:",
            $"    - {{ name: first, owner: {Pick(["one", "two"])}, schemas: [ {{ name: left, owner: {Pick(["one", "two"])} }}, {{ name: right, owner: {Pick(["one", "two"])} }} ]{Pick([", grants: [ { on: allTables, schema: left, to: app, privileges: [ SELECT ] } ]", "", ""])} }}",
            $"    - {{ name: second, owner: two{Pick([", settings: { synchronous_commit: off }", "", "", ""])}, schemas: [ {{ name: left, owner: two }}, {{ name: right, owner: one }} ] }}",
            "    - { name: third, owner: one, schemas: [ { name: left, owner: one }, { name: right, owner: two } ] }",
            Chance(80)
                ? $"  backup: {{ tool: pgbackrest, repositories: [ {Pick(["oslo-repo, bergen-repo", "oslo-repo", "bergen-repo"])} ], schedule: {{ full: \"0 1 * * 0\" }}, retention: {{ full: {random.Next(1, 5)} }}, archiveTimeout: 60s }}"
                : "",
        ];
    }

    private string[] Context(string name)
    {
        // Mostly each to its own, so that they do not fight over one store.
        var (number, own) = (Array.IndexOf(Contexts, name), Chance(80));
        var store = own
            ? $"{Clusters[Math.Max(0, number) % 3]}, database: {Databases[Math.Max(0, number) / 3]}"
            : $"{Pick(Clusters)}, database: {Pick(Databases)}";
        var replication = Pick(["required", "optional", "optional", "notAssumed"]);
        return
        [
            "apiVersion: pggitops.dev/v1",
            "kind: RecoveryPolicy",
            $"metadata: {{ name: {name} }}",
            "spec:",
            $"  store: {{ cluster: {store}{Pick([", schema: left", ", schema: right", ""])} }}",
            $"  rpoClass: {Pick(["zero", "seconds", "minutes", "hours"])}",
            $"  rtoClass: {Pick(["seconds", "minutes", "hour", "hours"])}",
            $"  crossSite: {{ replication: {replication}{(replication == "notAssumed" ? "" : $", dataLossWindow: {Pick(["0s, justification: said", "0s, justification: said", "30s", "4h"])}, rtoClass: {Pick(["hour", "hours"])}")} }}",
            $"  failover: {{ local: {Pick(["automatic", "operatorApproved", "manual"])}, crossSite: {Pick(["automatic", "operatorApproved", "manual", "manual"])} }}",
            Chance(80)
                ? $"  promotion: {{ authority: [ group:dba ], requires: [ {Pick(["fencing, approval", "approval", "fencing, quorum"])} ], onPartition: {Pick(["holdWrites", "keepPrimary"])} }}"
                : "",
            Chance(70)
                ? $"  backup: {{ pitrWindow: {Pick(["14d", "60d"])}{Pick([", drillEvery: 7d", ", drillEvery: 60d", ""])} }}"
                : "",
            $"  tolerates: {random.Next(1, 3)}",
            Chance(70) ? $"  writes: {{ walRate: {Pick(["500kB/s", "2MB/s"])}, size: 40GB }}" : "",
        ];
    }

    private bool Chance(int percent) => random.Next(100) < percent;

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
