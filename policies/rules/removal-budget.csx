/*---
id: PG402
title: One plan removes little
severity: error
enforcement: soft
for: Environment
requirements: [ R-16 ]
parameters:
  count: { type: integer, default: 10, min: 0, max: 1000, description: Most objects }
  percent: { type: integer, default: 25, min: 0, max: 100, description: Most percent }
help: |
  A wrong merge that empties a directory should meet a limit long before it meets a database.
  validate --fix writes the limit.
---*/
var count = Environment.Document.Spec["removal"]["count"];
var percent = Environment.Document.Spec["removal"]["percent"];
if (count.Int > Param.Int("count"))
    Report(count, $"one plan may remove {count} objects; at most {Param.Int("count")} are allowed")
        .SafeFix(count, $"{Param.Int("count")}");
if (percent.Int > Param.Int("percent"))
    Report(percent, $"one plan may remove {percent} percent of a cluster's objects; at most {Param.Int("percent")} are allowed")
        .SafeFix(percent, $"{Param.Int("percent")}");
