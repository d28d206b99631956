using System.Globalization;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>What the repository of a schedule declares: as it should be, and spoilt.</summary>
public sealed class CampaignDocuments(CampaignFleet fleet)
{
    public const string EnvironmentPath = "environments/test/environment.yaml";
    public const string CorePath = "environments/test/clusters/core.yaml";
    private const string RulePath = "policies/rules/burn.csx";
    private const string ClassesPath = "policies/recovery-classes.yaml";
    private const string PolicyPath = "policies/contexts/app.yaml";
    private const string ApprovalPath = "environments/test/approvals/core.yaml";
    private const string PrimaryApprovalPath = "environments/test/approvals/primary.yaml";

    private readonly SortedDictionary<string, string> ordinary = new(StringComparer.Ordinal)
    {
        ["work_mem"] = "4MB",
        ["max_connections"] = "30",
    };
    private int edits;

    /// <summary>Every file of the repository as it should be; null for one that only a hostile commit has.</summary>
    public (string Path, string? Content)[] All() =>
        [(EnvironmentPath, Environment()), (CorePath, Core()), (RulePath, null), (ClassesPath, null), (PolicyPath, null)];

    /// <summary>A change that anybody might make: a setting that is reloaded, or one that takes restarts.</summary>
    public (string Path, string? Content)[] Ordinary(int choice)
    {
        edits++;
        if (choice % 3 == 0)
            ordinary["max_connections"] = (30 + choice % 7 + edits).ToString(CultureInfo.InvariantCulture);
        else
            ordinary["work_mem"] = string.Create(CultureInfo.InvariantCulture, $"{4096 + edits * 64}kB");
        return All();
    }

    /// <summary>What a person commits who gives the lost cluster up.</summary>
    public static (string Path, string? Content)[] MakeAnew() =>
        [
            (
                ApprovalPath,
                """
                apiVersion: pggitops.dev/v1
                kind: Approval
                metadata: { name: core-anew }
                spec: { cluster: core, allows: [ { recreate: cluster } ], approvedBy: dba, expires: 2999-01-01 }
                """
            ),
        ];

    /// <summary>What a person commits for whom the history of a member is the one that counts, whatever else was seen once.</summary>
    public static (string Path, string? Content)[] Accept(string primary) =>
        [
            (
                PrimaryApprovalPath,
                $$"""
                apiVersion: pggitops.dev/v1
                kind: Approval
                metadata: { name: core-primary }
                spec: { cluster: core, allows: [ { primary: {{primary}} } ], approvedBy: dba, expires: 2999-01-01 }
                """
            ),
        ];

    public (string Path, string? Content)[] Hostile(HostileCommitKind kind) =>
        kind switch
        {
            HostileCommitKind.BrokenYaml => [(CorePath, Core() + "  observed: [ unclosed\n")],
            HostileCommitKind.BurningRule => [(RulePath, Burning)],
            HostileCommitKind.RefusedClaim => [(ClassesPath, Classes), (PolicyPath, Policy)],
            HostileCommitKind.MissingLibrary => [(CorePath, Core("shared_preload_libraries: no_such_library"))],
            HostileCommitKind.ValueThatDoesNotStart =>
            [
                (CorePath, Core().Replace("shared_buffers: 16MB", "shared_buffers: 7TB", StringComparison.Ordinal)),
            ],
            HostileCommitKind.NoClients => [(EnvironmentPath, Environment(clients: "10.9.0.0/16"))],
            HostileCommitKind.DataRootMoved => [(EnvironmentPath, Environment(dataRoot: fleet.MovedDataRoot))],
            HostileCommitKind.PortMoved =>
            [
                (
                    CorePath,
                    Core()
                        .Replace($"port: {fleet.Members[0].Port}", $"port: {fleet.Members[0].Port + 1}", StringComparison.Ordinal)
                ),
            ],
            HostileCommitKind.DocumentGone => [(CorePath, null)],
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };

    private const string Burning = """
        /*---
        id: BURN1
        title: Burns
        severity: error
        enforcement: mandatory
        for: Cluster
        ---*/
        var n = 0L;
        while (true) n++;
        """;

    private const string Classes = """
        apiVersion: pggitops.dev/v1
        kind: RecoveryClasses
        metadata: { name: classes }
        spec:
          rpo: { zero: 0s, minutes: 5m }
          rto: { hour: 1h }

        """;

    // Zero loss over the loss of a site is refused with asynchronous replication, and with the rule of a cluster whose members are at one site.
    private const string Policy = """
        apiVersion: pggitops.dev/v1
        kind: RecoveryPolicy
        metadata: { name: app }
        spec:
          store: { cluster: core, database: app }
          rpoClass: minutes
          rtoClass: hour
          crossSite: { replication: required, dataLossWindow: 0s, justification: orders name what was paid }
          failover: { local: operatorApproved, crossSite: operatorApproved }
          promotion: { authority: [ group:dba ], requires: [ approval, fencing ], onPartition: holdWrites }

        """;

    private string Environment(string? dataRoot = null, string clients = "127.0.0.0/8") =>
        $$"""
            apiVersion: pggitops.dev/v1
            kind: Environment
            metadata: { name: test }
            spec:
              mode: enforce
              interval: {{fleet.Schedule.IntervalSeconds}}s
              access:
                user: postgres
                password: { file: {{fleet.SecretFile("superuser")}} }
                replicationUser: replicator
                replicationPassword: { file: {{fleet.SecretFile("replicator")}} }
                sslMode: disable
                connectTimeout: 2s
                observeTimeout: 4s
                dataRoot: {{dataRoot ?? fleet.DataRoot}}{{(
                ServerPrograms.ChosenBinDirectory is { } bin ? $"\n    binDirectory: {bin}" : ""
            )}}
                clients: [ {{clients}} ]
              removal: { count: 2, percent: 50 }
              sites:
                - name: oslo
                  failureDomains:
                    - { name: oslo-a, hosts: [ { name: osl-1, address: 127.0.31.1, transport: { local: {} } } ] }
                    - { name: oslo-b, hosts: [ { name: osl-2, address: 127.0.31.2, transport: { local: {} } } ] }
                - name: bergen
                  failureDomains:
                    - { name: bergen-a, hosts: [ { name: bgo-1, address: 127.0.32.1, transport: { local: {} } } ] }

            """;

    private string Core(string? parameter = null)
    {
        var names = string.Join(", ", fleet.Members.Select(m => m.Name));
        var members = string.Concat(fleet.Members.Select(m => $"    - {{ name: {m.Name}, host: {m.Host}, port: {m.Port} }}\n"));
        var settings =
            string.Concat(ordinary.Select(p => $"    {p.Key}: {p.Value}\n")) + (parameter is null ? "" : $"    {parameter}\n");
        var replication = fleet.Schedule.Synchronous
            ? $"{{ synchronous: {{ method: any, count: 1, standbys: [ {names} ], commit: on, whenShort: block }} }}"
            : "{}";
        return $$"""
                apiVersion: pggitops.dev/v1
                kind: Cluster
                metadata: { name: core }
                spec:
                  postgres: {{ServerPrograms.Major}}
                  manager: { native: {} }
                  primarySite: oslo
                  members:

                """
            + members
            + $$"""
                  replication: {{replication}}
                  roles:
                    - { name: app_owner }
                    - { name: app, login: true, memberOf: [ app_owner ], password: { file: {{fleet.SecretFile("app")}} } }
                  databases:
                    - { name: app, owner: app_owner }
                  parameters:
                    shared_buffers: 16MB
                    dynamic_shared_memory_type: mmap
                    fsync: off
                    max_wal_size: 128MB
                    wal_keep_size: 64MB
                    wal_receiver_timeout: 5s
                    wal_sender_timeout: 5s
                    wal_retrieve_retry_interval: 500ms

                """
            + settings;
    }
}
