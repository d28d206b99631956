/*---
id: R7
title: Cross-site replication has two sites
severity: error
enforcement: soft
for: pgfleet.example/v1/RecoveryPolicy
---*/
var crossSite = Document["spec"]["crossSite"];
if (!crossSite["mode"].Is("none") && crossSite["sites"].Texts.Distinct().Count < 2)
    Report(crossSite["sites"], "replication across sites needs two of them");
