/*---
id: R1
title: Zero loss needs a synchronous quorum across sites
severity: error
enforcement: soft
for: pgfleet.example/v1/RecoveryPolicy
---*/
var recovery = Document["spec"]["recovery"];
var crossSite = Document["spec"]["crossSite"];
if (recovery["rpoClass"].Is("zero") && !crossSite["mode"].Is("sync-quorum"))
    Report(crossSite["mode"], "rpoClass zero needs the mode sync-quorum").Related(recovery["rpoClass"], "claimed here");
