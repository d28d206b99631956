/*---
id: R9
title: The owner is the labelled team
severity: error
enforcement: soft
for: pgfleet.example/v1/RecoveryPolicy
---*/
var spec = Document["spec"];
if (spec["owner"]["team"].Text != Document.Label("team").Text)
    Report(spec["owner"]["team"], "the owner is not the team of the label").Related(Document.Label("team"), "the label");
