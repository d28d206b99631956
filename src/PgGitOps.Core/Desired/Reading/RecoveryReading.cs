using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Reading;

internal static class RecoveryClassesReading
{
    public static RecoveryClasses Read(DocumentHead head, Fields spec) => new(head, Classes(spec, "rpo"), Classes(spec, "rto"));

    private static EquatableArray<RecoveryClass> Classes(Fields spec, string key) =>
        spec.Parameters(key)
            .Select(p => new RecoveryClass(p.Name, spec.DurationOf(p.Value, p.At), p.At))
            .OrderBy(c => c.Limit)
            .ThenBy(c => c.Name, StringComparer.Ordinal)
            .ToEquatableArray();
}

internal static class RecoveryPolicyReading
{
    public static RecoveryPolicy Read(DocumentHead head, Fields spec)
    {
        var store = spec.Map("store")!.Value;
        var failover = spec.Map("failover")!.Value;
        return new RecoveryPolicy
        {
            Head = head,
            Cluster = store.Needed("cluster"),
            Database = store.Needed("database"),
            Schema = store.Located("schema"),
            RpoClass = spec.Needed("rpoClass"),
            RtoClass = spec.Needed("rtoClass"),
            CrossSite = CrossSite(spec.Map("crossSite")!.Value),
            Tolerates = spec.Number("tolerates", 1),
            Planning = PlanningReading.Read(spec.Map("planning")),
            FailoverLocal = failover.LocatedChoice<FailoverMode>("local"),
            FailoverCrossSite = failover.LocatedChoice<FailoverMode>("crossSite"),
            Promotion = spec.Map("promotion") is { } promotion ? Promotion(promotion) : null,
            Backup = spec.Map("backup") is { } backup
                ? new BackupPolicy(
                    backup.LocatedDuration("pitrWindow"),
                    backup.LocatedDuration("maxAge"),
                    backup.LocatedDuration("drillEvery"),
                    backup.At
                )
                {
                    EvidenceLifetime = backup.LocatedDuration("evidenceLifetime"),
                }
                : null,
            Writes = spec.Map("writes") is { } writes
                ? new WriteFigures(writes.Size("walRate", "/s"), writes.Size("size"), writes.At)
                : null,
        };
    }

    private static CrossSitePolicy CrossSite(Fields crossSite) =>
        new(
            crossSite.LocatedChoice<CrossSiteReplication>("replication"),
            crossSite.LocatedDuration("dataLossWindow"),
            crossSite.Located("rtoClass"),
            crossSite.Located("justification"),
            crossSite.At
        );

    private static PromotionPolicy Promotion(Fields promotion) =>
        new(promotion.LocatedList("authority"), promotion.LocatedList("requires"), promotion.Needed("onPartition"), promotion.At);
}
