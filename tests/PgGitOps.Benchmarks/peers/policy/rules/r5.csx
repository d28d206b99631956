/*---
id: R5
title: Gold keeps backups for four weeks
severity: error
enforcement: soft
for: pgfleet.example/v1/RecoveryPolicy
---*/
var retention = Document["spec"]["backup"]["retention"];
if (Document.Label("tier").Is("gold") && retention["days"].Int < 28)
    Report(retention["days"], "tier gold keeps backups for at least 28 days").Related(Document.Label("tier"), "the tier");
