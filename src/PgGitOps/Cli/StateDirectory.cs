namespace PgGitOps.Cli;

/// <summary>Where this machine keeps the journal, the Git mirror and the drift history.</summary>
internal sealed record StateDirectory(string Path)
{
    public string Journal => Sub("journal");

    public string Git => Sub("git");

    public string File(string name) => System.IO.Path.Combine(Ensure(Path), name);

    public static StateDirectory Find(string? given)
    {
        if (given is not null)
            return new(Whole(given));
        if (Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } xdg && System.IO.Path.IsPathRooted(xdg))
            return new(System.IO.Path.Combine(xdg, "pggitops"));
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (home.Length == 0)
            throw new UsageException("no home directory to keep the state in", "give --state DIR");
        return new(System.IO.Path.Combine(home, ".local", "state", "pggitops"));
    }

    private static string Whole(string given)
    {
        try
        {
            return System.IO.Path.GetFullPath(given);
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"the state directory '{given}' cannot be made: {e.Message}",
                "name another one with --state DIR"
            );
        }
    }

    private string Sub(string name) => Ensure(System.IO.Path.Combine(Path, name));

    private static string Ensure(string directory)
    {
        try
        {
            Providers.OwnDirectory.Make(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"the state directory {directory} cannot be made: {e.Message}",
                "name another one with --state DIR"
            );
        }
        return directory;
    }
}
