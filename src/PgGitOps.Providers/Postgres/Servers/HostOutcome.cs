using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Postgres.Servers;

/// <summary>Reads the result of a host script as the outcome of its step.</summary>
internal static class HostOutcome
{
    private const int LinesMax = 12;

    /// <summary>Null when the script did its work.</summary>
    /// <param name="secrets">Struck out wherever they should turn up in what a program said.</param>
    public static StepOutcome? Of(HostResult result, params string?[] secrets) =>
        result.Match<StepOutcome?>(
            exited =>
                exited.Code switch
                {
                    0 => null,
                    ServerScript.RefusedCode => new StepOutcome.Refused(Said(exited, secrets)),
                    _ => new StepOutcome.Failed(Said(exited, secrets), Hint(exited.Error)),
                },
            timedOut => new StepOutcome.Uncertain($"not done after {DurationText.Format(timedOut.After)}"),
            unreachable => new StepOutcome.Failed(unreachable.Reason, null),
            lost => new StepOutcome.Uncertain(lost.Reason)
        );

    private static string Said(HostResult.Exited exited, string?[] secrets)
    {
        var lines = exited
            .Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .TakeLast(LinesMax)
            .ToArray();
        var text =
            lines.Length > 0
                ? string.Join("\n", lines)
                : $"ended with code {exited.Code.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        return secrets
            .Where(s => !string.IsNullOrEmpty(s))
            .Aggregate(ServerLog.WithoutSecrets(text), (t, s) => t.Replace(s!, "(secret)", StringComparison.Ordinal));
    }

    private static string? Hint(string error)
    {
        if (error.Contains("No space left on device", StringComparison.Ordinal))
            return "the host's disk is full";
        if (error.Contains("password authentication failed", StringComparison.Ordinal))
            return "access.replicationPassword is not what the source knows";
        if (error.Contains("Address already in use", StringComparison.Ordinal))
            return "another program listens on the member's port";
        return error.Contains("Cannot assign requested address", StringComparison.Ordinal)
            ? "the host does not have the declared address"
            : null;
    }
}
