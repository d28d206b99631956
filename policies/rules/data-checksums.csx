/*---
id: PG203
title: Data checksums are on
severity: error
enforcement: soft
for: Cluster
requirements: [ R-14 ]
help: |
  Without checksums a rotten page is replicated, backed up and restored, and nobody notices.
---*/
var checksums = Cluster.Storage["dataChecksums"];
if (checksums.Bool == false)
    Report(checksums, "data checksums are off")
        .Hint("they are switched on when a cluster is made; afterwards pg_checksums needs it stopped")
        .Fix(checksums, "true");
