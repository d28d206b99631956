/*---
id: PG110
title: No recovery objective is at risk
severity: warning
enforcement: advisory
for: RecoveryPolicy
requirements: [ R-08 ]
help: |
  Judged where somebody looks at the cluster, as the loop, drift and prove --live do: a fault at this moment would break the objective, or one has
  been broken. In a pull request nobody looks, and the rule does not apply.
---*/
var watched = Context.Verdicts.Where(v => !v["live"].Is("unknown"));
if (!watched.Any())
{
    NotApplicable("the cluster was not observed");
    return;
}
var broken = watched.Where(v => v["live"].IsOneOf("atRisk", "breached"));

// One cause breaks a recovery objective in many scenarios.
foreach (var cause in broken.Select(v => v["because"].Text ?? "").Distinct())
{
    var hit = broken.Where(v => v["because"].Is(cause));
    Report(
        Context.Document,
        $"{hit.Select(v => v["scenario"].Text ?? "").Joined(", ")}: the recovery objective is {(hit.Any(v => v["live"].Is("breached")) ? "breached" : "at risk")}: {cause}"
    );
}
