/*---
id: PG301
title: Contexts with different needs share a cluster only with a reason
severity: error
enforcement: soft
for: Cluster
requirements: [ R-03 ]
help: |
  A cluster has one replication rule. Contexts of different classes on it means that one of them gets what it does not
  need, or less than it was declared; somebody should have written down why.
---*/
var contexts = Cluster.Contexts;
var classes = contexts.Select(c => c.RpoClass.Text ?? "").Distinct();
if (classes.Count < 2)
{
    NotApplicable("its contexts have one class");
    return;
}
foreach (var context in contexts.Where(c => !c.Justification.Exists))
    Report(
            context.RpoClass,
            $"cluster {Cluster.Name} holds contexts of the classes {classes.Joined(", ")}, and {context.Name} does not say why it is one of them"
        )
        .Hint("write spec.crossSite.justification, or give it a cluster of its own")
        .Related(Cluster.Document.Metadata["name"], "the cluster");
