/*---
id: PG109
title: A context with a backup policy lives on a cluster that is backed up
severity: error
enforcement: soft
for: RecoveryPolicy
requirements: [ R-09, R-14 ]
help: |
  The policy of a context declares; the backup section of its cluster does it.
---*/
if (!Context.Backup.Exists || Context.Cluster is not { } cluster)
{
    NotApplicable("no backup policy, or no such cluster");
    return;
}
if (!cluster.Backup.Exists)
    Report(Context.Backup, $"cluster {cluster.Name} makes no backups")
        .Hint($"declare spec.backup of cluster {cluster.Name}")
        .Related(cluster.Document.Metadata["name"], "the cluster");
