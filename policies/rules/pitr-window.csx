/*---
id: PG107
title: The point-in-time window is long enough to notice a mistake
severity: error
enforcement: soft
for: RecoveryPolicy
requirements: [ R-09 ]
parameters:
  min: { type: duration, default: 4d, min: 1d, max: 366d, description: Shortest window }
help: |
  A wrong DELETE on Friday evening is noticed on Monday. A window shorter than that restores the mistake.
---*/
if (Context.Backup["pitrWindow"].Duration is not { } window)
{
    NotApplicable("no point-in-time window is declared");
    return;
}
var least = Param.Duration("min");
if (window < least)
    Report(
            Context.Backup["pitrWindow"],
            $"the point-in-time window is {Context.Backup["pitrWindow"]}; at least {least.TotalDays} days are asked for"
        )
        .Fix(Context.Backup["pitrWindow"], least.TotalDays % 1 == 0 ? $"{least.TotalDays}d" : $"{(long)least.TotalHours + 1}h");
