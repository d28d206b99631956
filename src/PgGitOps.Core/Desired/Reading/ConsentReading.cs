using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Reading;

internal static class WaiverReading
{
    public static Waiver Read(DocumentHead head, Fields spec) =>
        new(
            head,
            spec.Needed("rule").Value,
            spec.Needed("document").Value,
            spec.Text("value"),
            spec.Needed("approver").Value,
            spec.Needed("reason").Value,
            spec.Text("ticket"),
            spec.Moment("expires")!.Value
        );
}

internal static class ApprovalReading
{
    public static ApprovalDocument Read(DocumentHead head, Fields spec) =>
        new(
            head,
            spec.Text("action"),
            spec.Text("plan"),
            spec.Text("cluster"),
            spec.Needed("approvedBy").Value,
            spec.Moment("expires")!.Value,
            spec.At
        )
        {
            Recreates = spec.Maps("allows").Where(a => a.Has("recreate")).Select(a => a.Needed("recreate")).ToEquatableArray(),
            Primaries = spec.Maps("allows").Where(a => a.Has("primary")).Select(a => a.Needed("primary")).ToEquatableArray(),
        };
}

internal static class RuleSettingsReading
{
    public static RuleSettingsDocument Read(DocumentHead head, Fields spec) =>
        new(head, spec.Maps("rules").Select(r => new RuleSetting(r.Needed("rule"), r.Written("parameters"))).ToEquatableArray());
}
