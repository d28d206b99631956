/*---
id: PG201
title: Backups leave the primary's site
severity: error
enforcement: soft
for: Cluster
requirements: [ R-09, R-11, R-14 ]
help: |
  A fire that takes the site takes the repository in it as well.
---*/
var repositories = Cluster.Backup["repositories"];
if (repositories.Items.Count == 0 || Cluster.Environment is not { } environment)
{
    NotApplicable("no backup repositories");
    return;
}
var sites = repositories.Texts.Select(name => environment.FindRepository(name)?["site"].Text ?? "");
if (sites.All(site => site == Cluster.PrimarySite.Text))
    Report(repositories, $"every backup of {Cluster.Name} stays in {Cluster.PrimarySite}, where its primary is")
        .Hint("add a repository of another site");
