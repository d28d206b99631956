namespace PgGitOps.State;

/// <summary>One condition of the state directory for a series of all clusters: a full disk is one problem, and the first cluster that met it stands for all.</summary>
internal sealed class SeriesCondition(StateConditions conditions, string part, string what)
{
    private readonly Lock gate = new();
    private readonly HashSet<string> failing = new(StringComparer.Ordinal);

    /// <param name="problem">Null once what is known of the cluster is kept.</param>
    public void Tell(string cluster, string? problem)
    {
        lock (gate)
        {
            if (problem is null ? !failing.Remove(cluster) : !failing.Add(cluster))
                return;
            if (failing.Count == 0)
                conditions.Tell(part, null);
            else if (problem is not null && failing.Count == 1)
                conditions.Tell(part, $"{what} cannot be kept: {problem}; a start after this one will not know it");
        }
    }
}
