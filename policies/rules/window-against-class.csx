/*---
id: PG101
title: The cross-site loss window is no stricter than the local class
severity: error
enforcement: soft
for: RecoveryPolicy
requirements: [ R-05, R-06 ]
help: |
  A context that may lose five minutes inside its own site cannot declare to lose less when the whole site is gone.
  Either the class is too weak or the window is a wish.
---*/
if (Context.DataLossWindow.Duration is not { } window || Context.Rpo is not { } local)
{
    NotApplicable("no window across sites, or a class without a number");
    return;
}
if (window < local)
    Report(
            Context.DataLossWindow,
            $"the window across sites ({Context.DataLossWindow}) is stricter than class '{Context.RpoClass}' inside one site"
        )
        .Hint("strengthen rpoClass, or widen the window")
        .Fix(Context.DataLossWindow, $"{(long)local.TotalSeconds}s")
        .Related(Context.RpoClass, "the class inside the site");
