/*---
id: R4
title: Automatic failover is fenced
severity: error
enforcement: soft
for: pgfleet.example/v1/RecoveryPolicy
---*/
var failover = Document["spec"]["failover"];
if (failover["mode"].Is("automatic") && failover["fencing"].Bool == false)
    Report(failover["fencing"], "automatic failover without fencing lets two members write");
