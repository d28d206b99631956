/*---
id: R6
title: Archiving is as frequent as the loss it allows
severity: error
enforcement: soft
for: pgfleet.example/v1/RecoveryPolicy
---*/
var recovery = Document["spec"]["recovery"];
var backup = Document["spec"]["backup"];
if (recovery["rpoClass"].Is("minutes") && backup["archiveTimeoutSeconds"].Int > recovery["rpoSeconds"].Int)
    Report(backup["archiveTimeoutSeconds"], "a segment may wait longer than the loss that is allowed")
        .Related(recovery["rpoSeconds"], "allowed here");
