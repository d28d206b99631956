/*---
id: R10
title: A database is named after its context
severity: error
enforcement: soft
for: pgfleet.example/v1/RecoveryPolicy
---*/
var spec = Document["spec"];
if (spec["database"]["name"].Text != spec["boundedContext"].Text?.Replaced("-", "_"))
    Report(spec["database"]["name"], "the database is not named after its context")
        .Related(spec["boundedContext"], "the context");
