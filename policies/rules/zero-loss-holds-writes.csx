/*---
id: PG104
title: Zero loss across sites holds writes when the sites cannot talk
severity: error
enforcement: soft
for: RecoveryPolicy
requirements: [ R-07, R-08 ]
help: |
  A primary that goes on taking writes while the other site cannot hear it makes the loss of its own site a loss of those writes.
---*/
if (Context.DataLossWindow.Duration is not { } window || window > TimeSpan.Zero || !Context.Promotion["onPartition"].Exists)
{
    NotApplicable("no zero-loss objective, or nothing said about partitions");
    return;
}
var partition = Context.Promotion["onPartition"];
if (!partition.Is("holdWrites"))
    Report(partition, $"'{partition}' takes writes that a lost site would lose, and the window across sites is zero")
        .Hint("write holdWrites, or widen the window")
        .Fix(partition, "holdWrites")
        .Related(Context.DataLossWindow, "the objective");
