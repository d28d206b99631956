/*---
id: PG207
title: A cluster survives the loss of one failure domain
severity: error
enforcement: soft
for: Cluster
requirements: [ R-01, R-04 ]
help: |
  A rack, a power feed, a hypervisor: whatever a failure domain is, one of them fails each year.
---*/
var domains = Cluster.FailureDomains;
if (domains.Count == 0)
{
    NotApplicable("no member stands on a known host");
    return;
}
if (domains.Count < 2)
    Report(Cluster.Document.Spec["members"], $"every member of {Cluster.Name} stands in {domains[0]}")
        .Hint("put a standby into another failure domain");
