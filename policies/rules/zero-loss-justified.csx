/*---
id: PG102
title: Zero loss across sites says why
severity: error
enforcement: soft
for: RecoveryPolicy
requirements: [ R-03, R-05 ]
parameters:
  length: { type: integer, default: 20, min: 1, max: 500, description: Fewest characters that count as a reason }
help: |
  Waiting for another site costs every commit a round trip. Whoever pays for it should know what for.
---*/
if (Context.DataLossWindow.Duration is not { } window || window > TimeSpan.Zero)
{
    NotApplicable("the context may lose something with a site");
    return;
}
if (Context.Justification.Text is not { } reason || reason.Trim().Length < Param.Int("length"))
    Report(
            Context.Justification.Exists ? Context.Justification : Context.DataLossWindow,
            "zero loss across sites is declared without a justification"
        )
        .Hint("say in spec.crossSite.justification what goes wrong when the last commits of a lost site are missing");
