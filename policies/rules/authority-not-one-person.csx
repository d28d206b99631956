/*---
id: PG105
title: More than one person can approve a promotion
severity: warning
enforcement: advisory
for: RecoveryPolicy
requirements: [ R-08 ]
help: |
  A promotion that only one named person may approve waits for that person's holidays.
---*/
var authority = Context.Promotion["authority"];
if (authority.Items.Count == 0)
{
    NotApplicable("no authority is named");
    return;
}
if (authority.Items.Count < 2 && authority.Texts.All(name => name.StartsWith("user:")))
    Report(authority[0], $"only {authority[0]} may approve a promotion").Hint("name a group, or a second person");
