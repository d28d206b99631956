/*---
id: PG103
title: Automatic failover across sites has quorum and fencing
severity: error
enforcement: hard
for: RecoveryPolicy
requirements: [ R-08 ]
help: |
  A machine that promotes another site by itself must know that it speaks for a majority and that the old primary
  cannot take writes any more. Without both, a cut link becomes two primaries.
---*/
if (!Context.FailoverCrossSite.Is("automatic"))
{
    NotApplicable("nobody promotes another site by himself");
    return;
}
var required = Context.Promotion["requires"].Texts;
foreach (var needed in new[] { "quorum", "fencing" })
{
    if (!required.Contains(needed))
        Report(Context.FailoverCrossSite, $"automatic failover across sites without {needed}")
            .Hint($"add {needed} to spec.promotion.requires, or let an operator approve")
            .Fix(Context.FailoverCrossSite, "operatorApproved")
            .Related(Context.Promotion["requires"], "what a promotion requires");
}
