/*---
id: R8
title: Restores are drilled while a backup is kept
severity: error
enforcement: soft
for: pgfleet.example/v1/RecoveryPolicy
---*/
var retention = Document["spec"]["backup"]["retention"];
var backup = Document["spec"]["backup"];
if (backup["restoreDrillDays"].Int > retention["days"].Int)
    Report(backup["restoreDrillDays"], "no backup outlives the time between two drills")
        .Related(retention["days"], "kept so long");
