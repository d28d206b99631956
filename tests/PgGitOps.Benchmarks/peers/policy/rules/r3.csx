/*---
id: R3
title: Two minutes of outage need automatic failover
severity: error
enforcement: soft
for: pgfleet.example/v1/RecoveryPolicy
---*/
var recovery = Document["spec"]["recovery"];
var failover = Document["spec"]["failover"];
if (recovery["rtoSeconds"].Int <= 120 && !failover["mode"].Is("automatic"))
    Report(failover["mode"], "an outage of at most 120 s needs automatic failover")
        .Related(recovery["rtoSeconds"], "claimed here");
