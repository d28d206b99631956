/*---
id: PG108
title: A backup is never older than two days
severity: error
enforcement: soft
for: RecoveryPolicy
requirements: [ R-09 ]
parameters:
  max: { type: duration, default: 48h, description: Greatest age }
help: |
  The age of the newest backup is what a restore replays on top of it. The alert must come before the replay takes a day.
---*/
if (Context.Backup["maxAge"].Duration is not { } age)
{
    NotApplicable("no greatest age is declared");
    return;
}
if (age > Param.Duration("max"))
    Report(
            Context.Backup["maxAge"],
            $"a backup may be {Context.Backup["maxAge"]} old; at most {Param.Duration("max").TotalHours} hours are allowed"
        )
        .Fix(Context.Backup["maxAge"], $"{(long)Param.Duration("max").TotalHours}h");
