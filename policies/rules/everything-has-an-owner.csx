/*---
id: PG302
title: Every document has an owner
severity: error
enforcement: soft
for: Fleet
requirements: [ R-16 ]
parameters:
  kinds: { type: texts, default: [ Cluster, Environment, RecoveryPolicy ], description: Kinds that need one }
help: |
  When a policy fails at night, somebody is called. The owner is who.
---*/
foreach (var kind in Param.Texts("kinds"))
{
    foreach (var document in Documents(kind).Where(d => !d.Owner.Exists))
        Report(document, $"{document} has no owner").Hint("write metadata.owner");
}
