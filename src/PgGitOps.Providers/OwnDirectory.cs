namespace PgGitOps.Providers;

/// <summary>Directories of the engine's own state. They name objects and hosts: for the owner's eyes only.</summary>
public static class OwnDirectory
{
    public static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
