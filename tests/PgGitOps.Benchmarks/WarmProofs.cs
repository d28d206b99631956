using System.Diagnostics;
using System.Globalization;
using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Benchmarks;

/// <summary>Judging every claim of a fleet in a warm process, and how the cost grows.</summary>
internal static class WarmProofs
{
    private sealed record Shape(int Contexts, int Members, int Sites, int Depth, bool Refuted = false);

    public static int Run()
    {
        Console.WriteLine("contexts members sites depth refuted   warm ms  faults/context  MB allocated");
        Shape[] shapes =
        [
            new(1000, 4, 2, 2),
            new(1000, 4, 2, 2, Refuted: true),
            new(1000, 6, 3, 2),
            new(1000, 6, 3, 2, Refuted: true),
            new(1000, 3, 3, 2),
            new(1000, 8, 2, 2),
            new(1000, 12, 3, 2),
            new(1000, 24, 4, 2),
            new(1000, 6, 2, 2),
            new(1000, 6, 6, 2),
            new(1000, 6, 3, 1),
            new(1000, 6, 3, 3),
            new(1000, 6, 3, 4),
            new(1000, 6, 3, 6),
            new(5000, 6, 3, 2),
        ];
        foreach (var shape in shapes)
            Measure(shape);
        return 0;
    }

    private static void Measure(Shape shape)
    {
        var reading = new FleetReader().Read(Tree(shape));
        if (reading.Fleet is not { } fleet)
        {
            Console.Error.WriteLine(string.Join('\n', reading.Diagnostics.Take(3)));
            return;
        }
        const int runs = 7;
        var times = new double[runs];
        ClaimJudgement judged = ClaimRules.Judge(fleet, shape.Depth);
        long allocated = 0;
        for (var run = 0; run < runs; run++)
        {
            var before = GC.GetTotalAllocatedBytes(true);
            var clock = Stopwatch.StartNew();
            judged = ClaimRules.Judge(fleet, shape.Depth);
            times[run] = clock.Elapsed.TotalMilliseconds;
            allocated = GC.GetTotalAllocatedBytes(true) - before;
        }
        Array.Sort(times);
        var instances = judged.Proof.Contexts[0].Scenarios.Sum(s => s.Instances);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{shape.Contexts, 8} {shape.Members, 7} {shape.Sites, 5} {shape.Depth, 5} {(judged.Rejected ? "yes" : "no"), 7} {times[runs / 2], 9:F0} {instances, 15} {allocated / 1048576.0, 13:F0}"
            )
        );
    }

    /// <summary>Five contexts a cluster; each member on a host and in a failure domain of its own.</summary>
    private static SourceTree Tree(Shape shape)
    {
        var files = new List<(string Path, string Text)> { ("policies/recovery-classes.yaml", Classes) };
        var environment = new StringBuilder(
            "apiVersion: pggitops.dev/v1\nkind: Environment\nmetadata: { name: bench }\nspec:\n  mode: enforce\n  sites:\n"
        );
        for (var site = 0; site < shape.Sites; site++)
        {
            environment.Append(CultureInfo.InvariantCulture, $"    - name: site-{site}\n      failureDomains:\n");
            for (var member = site; member < shape.Members; member += shape.Sites)
                environment.Append(
                    CultureInfo.InvariantCulture,
                    $"        - {{ name: site-{site}-{member}, hosts: [ {{ name: host-{member}, address: 10.0.{site}.{member + 1} }} ] }}\n"
                );
        }
        environment.Append(
            "  repositories:\n    - { name: repo-0, site: site-0, type: posix, path: /var/lib/pgbackrest }\n    - { name: repo-1, site: site-1, type: posix, path: /var/lib/pgbackrest }\n"
        );
        files.Add(("environments/bench/environment.yaml", environment.ToString()));
        for (var cluster = 0; cluster * 5 < shape.Contexts; cluster++)
            files.Add(
                (string.Create(CultureInfo.InvariantCulture, $"environments/bench/c{cluster}.yaml"), Cluster(shape, cluster))
            );
        var revision = new RevisionInfo(new string('0', 40), "Benchmark", DateTimeOffset.UnixEpoch, "Benchmark");
        return new SourceTree(
            revision,
            [
                .. files
                    .Select(f => (f.Path, Bytes: Encoding.UTF8.GetBytes(f.Text)))
                    .Select(f => new SourceFile(
                        f.Path,
                        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(f.Bytes))[..40],
                        f.Bytes
                    )),
            ]
        );
    }

    private static string Cluster(Shape shape, int cluster)
    {
        var local = (shape.Members + shape.Sites - 1) / shape.Sites;
        var count = shape.Refuted ? 1 : Math.Min(local, shape.Members - 1);
        var names = string.Join(", ", Enumerable.Range(0, shape.Members).Select(m => $"m{m}"));
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"apiVersion: pggitops.dev/v1\nkind: Cluster\nmetadata: {{ name: c{cluster} }}\nspec:\n  postgres: 15\n  primarySite: site-0\n  members:\n"
        );
        for (var member = 0; member < shape.Members; member++)
            text.Append(
                CultureInfo.InvariantCulture,
                $"    - {{ name: m{member}, host: host-{member}, port: {5000 + cluster} }}\n"
            );
        text.Append(
            CultureInfo.InvariantCulture,
            $"  replication:\n    synchronous: {{ method: any, count: {count}, standbys: [ {names} ], commit: on, whenShort: block }}\n  storage: {{ durability: localNvme, dataChecksums: true }}\n  roles: [ {{ name: owner }} ]\n  databases:\n"
        );
        for (var context = 0; context < 5; context++)
            text.Append(CultureInfo.InvariantCulture, $"    - {{ name: d{context}, owner: owner }}\n");
        text.Append(
            "  backup: { tool: pgbackrest, repositories: [ repo-0, repo-1 ], schedule: { full: \"0 1 * * 0\" }, retention: { full: 4 }, archiveTimeout: 60s }\n"
        );
        for (var context = 0; context < 5; context++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $$"""
                ---
                apiVersion: pggitops.dev/v1
                kind: RecoveryPolicy
                metadata: { name: c{{cluster}}-d{{context}} }
                spec:
                  store: { cluster: c{{cluster}}, database: d{{context}} }
                  rpoClass: zero
                  rtoClass: day
                  crossSite: { replication: required, dataLossWindow: 0s, rtoClass: day, justification: benchmark }
                  failover: { local: operatorApproved, crossSite: operatorApproved }
                  promotion: { authority: [ group:dba ], requires: [ approval, fencing ], onPartition: holdWrites }
                  backup: { pitrWindow: 14d, drillEvery: 7d }
                  writes: { walRate: 2MB/s, size: 40GB }

                """
            );
        }
        return text.ToString();
    }

    private const string Classes =
        "apiVersion: pggitops.dev/v1\nkind: RecoveryClasses\nmetadata: { name: classes }\nspec:\n  rpo: { zero: 0s, seconds: 30s }\n  rto: { hour: 1h, day: 24h }\n";
}
