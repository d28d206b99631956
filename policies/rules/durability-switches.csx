/*---
id: PG204
title: What makes a commit durable stays on
severity: error
enforcement: hard
for: Cluster
requirements: [ R-07, R-14 ]
help: |
  With fsync or full_page_writes off a crash loses what was acknowledged, whatever the replication says.
  validate --fix switches them on.
---*/
foreach (var name in new[] { "fsync", "full_page_writes" })
{
    var value = Cluster.Parameter(name);
    if (value.IsOneOf("off", "false", "no", "0"))
        Report(value, $"{name} is off: a crash loses acknowledged commits").SafeFix(value, "on");
}
