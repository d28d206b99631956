/*---
id: PG205
title: Nobody who logs in is a superuser
severity: error
enforcement: soft
for: Cluster
requirements: [ R-02 ]
help: |
  A superuser reads every context's tables and switches off every recovery objective. The engine's own login is declared elsewhere.
---*/
foreach (var role in Cluster.Roles.Where(r => r["superuser"].Bool == true && r["login"].Bool == true))
    Report(role["superuser"], $"role {role["name"]} logs in as a superuser")
        .Hint("grant what it needs, such as pg_monitor or pg_read_all_data")
        .Fix(role["superuser"], "false");
