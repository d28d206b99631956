using PgGitOps.Core.Approving;
using PgGitOps.Core.Ports;

namespace PgGitOps.Reconciling;

/// <summary>How a pass is to be run.</summary>
internal sealed record PassOrder
{
    public required Consent Consent { get; init; }

    /// <summary>Hears what the pass does and finds.</summary>
    public required IPassListener Listener { get; init; }

    /// <summary>For the journal.</summary>
    public required string Command { get; init; }

    public required string Repository { get; init; }

    /// <summary>How long a standby that does not stream may take to reconnect before the pass ends. Zero for a loop, which looks again anyway.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>Of a run that makes one pass: a standby tries to reconnect every five seconds.</summary>
    public static readonly TimeSpan OnePass = TimeSpan.FromSeconds(15);

    /// <summary>A person asks for this run: steps whose effect did not show before are tried again.</summary>
    public bool Insists { get; init; }

    /// <summary>The plan that consent was given to, where it is not the one that the run makes; null when the newest plan is to run.</summary>
    public AgreedPlan? Agreed { get; init; }

    public required CancellationToken Stopping { get; init; }

    public required CancellationToken Abort { get; init; }
}
