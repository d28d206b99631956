/*---
id: PG106
title: Restores are drilled often enough
severity: error
enforcement: soft
for: RecoveryPolicy
requirements: [ R-10 ]
parameters:
  max: { type: duration, default: 31d, min: 1d, max: 366d, description: Longest time between two drills }
help: |
  A backup that was never restored is a hope. The interval between drills is how long the hope may last.
---*/
if (!Context.Backup.Exists)
{
    NotApplicable("the context declares no backup policy");
    return;
}
var drill = Context.Backup["drillEvery"];
var most = Param.Duration("max");
if (drill.Duration is not { } every)
    Report(drill, "nothing says how often a restore is drilled")
        .Hint("write drillEvery")
        .FixByAdding(Context.Backup, "drillEvery", "7d");
else if (every > most)
    Report(drill, $"a restore is drilled every {every.TotalDays} days only; at most {most.TotalDays} are allowed")
        .Fix(drill, most.TotalDays % 1 == 0 ? $"{most.TotalDays}d" : $"{(long)most.TotalHours}h");
