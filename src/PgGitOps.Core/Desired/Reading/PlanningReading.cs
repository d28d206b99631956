namespace PgGitOps.Core.Desired.Reading;

internal static class PlanningReading
{
    public static PlanningFigures? Read(Fields? written) =>
        written is not { } planning
            ? null
            : new PlanningFigures
            {
                Detection = planning.Duration("detection"),
                Decision = planning.Duration("decision"),
                Promotion = planning.Duration("promotion"),
                Reconnect = planning.Duration("reconnect"),
                MistakeDetection = planning.Duration("mistakeDetection"),
                ArchivePush = planning.Duration("archivePush"),
                RestoreBytesPerSecond = planning.Size("restoreRate", "/s"),
                ReplayBytesPerSecond = planning.Size("replayRate", "/s"),
            };
}
