/*---
id: PG202
title: Somebody is told before the disk is full
severity: error
enforcement: soft
for: Cluster
requirements: [ R-13, R-14 ]
parameters:
  max: { type: integer, default: 90, min: 1, max: 99, description: Highest percentage }
help: |
  A full disk stops the primary and every recovery objective with it. The alert must leave time to act.
  validate --fix writes the latest alert that is allowed.
---*/
if (!Cluster.Storage.Exists)
{
    NotApplicable("no storage is declared");
    return;
}
var alert = Cluster.Storage["capacityAlert"];
if (alert.Percent is not { } percent)
    Report(alert, "nothing says when a filling disk is reported")
        .Hint("write capacityAlert")
        .SafeFixByAdding(Cluster.Storage, "capacityAlert", $"{Param.Int("max")}%");
else if (percent > Param.Int("max"))
    Report(alert, $"a disk is reported at {alert}, which is late; at most {Param.Int("max")}% is allowed")
        .SafeFix(alert, $"{Param.Int("max")}%");
