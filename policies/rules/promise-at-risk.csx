/*---
id: PG110
title: No promise is at risk
severity: warning
enforcement: advisory
for: RecoveryPolicy
requirements: [ R-08 ]
help: |
  Judged where somebody looks at the cluster, as the loop, drift and prove --live do: a fault at this moment would break the promise, or one has
  been broken. In a pull request nobody looks, and the rule does not apply.
---*/
var watched = Context.Verdicts.Where(v => !v["live"].Is("unknown"));
if (!watched.Any())
{
    NotApplicable("nobody looked at the cluster");
    return;
}
foreach (var cell in watched.Where(v => v["live"].IsOneOf("atRisk", "breached")))
    Report(Context.Document, $"{cell["scenario"]}: the promise is {(cell["live"].Is("breached") ? "breached" : "at risk")}: {cell["because"]}");
