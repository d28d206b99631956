namespace PgGitOps.LiveTests.Fleet;

/// <summary>A test on real servers. Where a program is missing it is skipped, and says so on standard error as well.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LiveFactAttribute : FactAttribute
{
    public LiveFactAttribute(params string[] needs) => Skip = LiveSkip.Reason(needs);
}

/// <inheritdoc cref="LiveFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LiveTheoryAttribute : TheoryAttribute
{
    public LiveTheoryAttribute(params string[] needs) => Skip = LiveSkip.Reason(needs);
}

internal static class LiveSkip
{
    private static readonly string[] Always = ["initdb", "postgres", "pg_basebackup"];
    private static readonly HashSet<string> Said = [];

    public static string? Reason(string[] needs)
    {
        var missing = ServerPrograms.WhatIsMissing(Always.Concat(needs));
        if (missing is null)
            return null;
        lock (Said)
        {
            if (Said.Add(missing))
                Console.Error.WriteLine($"LIVE TESTS SKIPPED: {missing}");
        }
        return missing;
    }
}
