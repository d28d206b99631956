namespace PgGitOps.Controller.Http;

/// <summary>What one caller, and all of them together, can take of the process.</summary>
internal sealed record HttpLimits
{
    /// <summary>Request line and headers.</summary>
    public int HeadBytesMax { get; init; } = 8 << 10;

    /// <summary>Callers at the same time. A newcomer takes the place of whoever has been there longest: those that never ask keep nobody out.</summary>
    public int ConnectionsMax { get; init; } = 32;

    /// <summary>For the whole head of a request, however it trickles in.</summary>
    public TimeSpan RequestWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For taking the answer.</summary>
    public TimeSpan ResponseWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For hanging up after the answer.</summary>
    public TimeSpan CloseWithin { get; init; } = TimeSpan.FromSeconds(1);
}
