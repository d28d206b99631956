/*---
id: PG206
title: Databases do not admit more connections than the server has
severity: warning
enforcement: advisory
for: Cluster
requirements: [ R-13 ]
parameters:
  reserved: { type: integer, default: 13, min: 0, max: 1000, description: 'Connections kept for superusers, replication and the engine' }
help: |
  Limits of databases that add up to more than max_connections protect nobody: the first busy one takes the rest.
---*/
if (Cluster.Parameter("max_connections").Int is not { } most)
{
    NotApplicable("max_connections is not declared");
    return;
}
var limited = Cluster.Databases.Where(d => d["connectionLimit"].Int > 0);
var promised = limited.Sum(d => d["connectionLimit"].Int ?? 0);
if (promised > most - Param.Int("reserved"))
    Report(
            Cluster.Parameter("max_connections"),
            $"databases may use {promised} connections, and {most - Param.Int("reserved")} of {most} are theirs"
        )
        .Hint("raise max_connections, which needs a restart, or lower the limits")
        .Fix(Cluster.Parameter("max_connections"), $"{promised + Param.Int("reserved")}");
