namespace PgGitOps.Providers;

/// <summary>Of commands on hosts only few are begun at a time: each is a process, and a rack without power would be hundreds at once.</summary>
public static class HostTurns
{
    private const int PerProcessor = 4;

    /// <summary>Until a host that does not answer keeps nobody else waiting any more.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMilliseconds(500);

    /// <summary>What is only observed lets so many others go first, such as what has to be known before a step.</summary>
    public const int BehindOthers = 256;

    public static Turns Of(TimeProvider time) => new(Turns.PerProcessor(PerProcessor), time);
}
