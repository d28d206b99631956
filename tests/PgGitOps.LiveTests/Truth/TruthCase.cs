using System.Security.Cryptography;
using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Sources;

namespace PgGitOps.LiveTests.Truth;

/// <summary>What happens before the site is lost.</summary>
public enum History
{
    /// <summary>Every standby is connected until the end.</summary>
    Undisturbed,

    /// <summary>The line to the standby in the other site is cut, and clients go on as far as they can.</summary>
    RemoteCut,

    /// <summary>The same, and a controller shrinks the rule so that commits go on.</summary>
    RemoteCutAndDegraded,
}

/// <summary>A topology of the table, the history it is put through, and the documents that declare it.</summary>
/// <param name="Rule">synchronous_standby_names; empty for asynchronous replication.</param>
/// <param name="Declared">The same rule as documents say it; null for none.</param>
/// <param name="LocalStandby">core-2 stands beside the primary.</param>
/// <param name="RoleLevel">synchronous_commit stored for the writing role.</param>
public sealed record TruthCase(
    string Name,
    string Rule,
    string? Declared,
    bool LocalStandby,
    History History,
    string? RoleLevel = null
)
{
    public override string ToString() => $"{Name}, {History}";

    /// <summary>Only a manager shrinks a rule, so a cluster that degrades is Patroni's; the test does to the servers what Patroni would.</summary>
    private bool Degrades => History == History.RemoteCutAndDegraded;

    /// <summary>The prover's word for losing oslo while core-1 is primary there.</summary>
    public (Loss Guaranteed, Loss Nominal, string? Counterexample) Word()
    {
        var reading = new FleetReader().Read(Tree());
        var fleet = reading.Fleet ?? throw new InvalidOperationException(string.Join('\n', reading.Diagnostics));
        var question = WhatIf.Parse("lose oslo", fleet, out var error) ?? throw new InvalidOperationException(error);
        var answer = Assert.Single(WhatIfAnswer.Of(fleet, question));
        var step = Assert.Single(answer.Steps);
        Assert.Equal("core-1", step.PrimaryBefore);
        Assert.Equal(PathKind.PromoteCrossSite, step.Path.Kind);
        return (step.Path.Guaranteed, step.Path.Nominal, step.Counterexample);
    }

    private SourceTree Tree()
    {
        (string Path, string Text)[] files =
        [
            (
                "policies/recovery-classes.yaml",
                """
                apiVersion: pggitops.dev/v1
                kind: RecoveryClasses
                metadata: { name: classes }
                spec:
                  rpo: { zero: 0s, seconds: 30s }
                  rto: { hour: 1h }
                """
            ),
            (
                "policies/tenancy.yaml",
                """
                apiVersion: pggitops.dev/v1
                kind: RecoveryPolicy
                metadata: { name: tenancy }
                spec:
                  store: { cluster: core, database: tenancy }
                  rpoClass: seconds
                  rtoClass: hour
                  crossSite: { replication: required, dataLossWindow: 0s, rtoClass: hour, justification: the test asks whether it is true }
                  failover: { local: operatorApproved, crossSite: operatorApproved }
                  promotion: { authority: [ group:dba ], requires: [ approval, fencing ], onPartition: holdWrites }
                """
            ),
            (
                "environments/test/environment.yaml",
                """
                apiVersion: pggitops.dev/v1
                kind: Environment
                metadata: { name: test }
                spec:
                  mode: observe
                  observers: [ { name: etcd-oslo, site: oslo }, { name: etcd-bergen, site: bergen }, { name: etcd-quorum, site: trondheim } ]
                  sites:
                    - name: trondheim
                      failureDomains:
                        - { name: trondheim-a, hosts: [ { name: trd-1, address: 127.0.33.1 } ] }
                    - name: oslo
                      failureDomains:
                        - { name: oslo-a, hosts: [ { name: osl-1, address: 127.0.31.1 } ] }
                        - { name: oslo-b, hosts: [ { name: osl-2, address: 127.0.31.2 } ] }
                    - name: bergen
                      failureDomains:
                        - { name: bergen-a, hosts: [ { name: bgo-1, address: 127.0.32.1 } ] }
                """
            ),
            (
                "environments/test/core.yaml",
                $$"""
                apiVersion: pggitops.dev/v1
                kind: Cluster
                metadata: { name: core }
                spec:
                  postgres: 15
                  manager: {{(
                    Degrades
                        ? "{ patroni: { scope: core, dcsMembers: [ etcd-bergen, etcd-oslo, etcd-quorum ] } }"
                        : "{ native: {} }"
                )}}
                  primarySite: oslo
                  members:
                    - { name: core-1, host: osl-1, port: 5432 }
                {{(LocalStandby ? "    - { name: core-2, host: osl-2, port: 5432 }" : "")}}
                    - { name: core-3, host: bgo-1, port: 5432 }
                  replication: {{(Declared is null ? "{}" : $"{{ synchronous: {Declared} }}")}}
                  roles:
                    - { name: writer, login: true{{(
                    RoleLevel is null ? "" : $", settings: {{ synchronous_commit: {RoleLevel} }}"
                )}} }
                  databases:
                    - { name: tenancy, owner: writer }
                """
            ),
        ];
        return new SourceTree(
            new RevisionInfo(new string('0', 40), "Test", DateTimeOffset.UnixEpoch, "Test"),
            [
                .. files
                    .Select(f => (f.Path, Bytes: Encoding.UTF8.GetBytes(f.Text)))
                    .Select(f => new SourceFile(f.Path, Convert.ToHexStringLower(SHA256.HashData(f.Bytes))[..40], f.Bytes)),
            ]
        );
    }
}
