/*---
id: R2
title: Near-zero loss needs a second site
severity: error
enforcement: soft
for: pgfleet.example/v1/RecoveryPolicy
---*/
var recovery = Document["spec"]["recovery"];
var crossSite = Document["spec"]["crossSite"];
if (recovery["rpoClass"].Is("near-zero") && crossSite["mode"].Is("none"))
    Report(crossSite["mode"], "rpoClass near-zero needs a second site").Related(recovery["rpoClass"], "claimed here");
