using LibGit2Sharp;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Git.Repositories;

/// <summary>Readies the libgit2 that LibGit2Sharp brings, once a process (docs/decisions/0003-libgit2.md).</summary>
internal static class GitLibrary
{
    private static readonly Lazy<SourceRefusal?> Loading = new(Load);

    /// <summary>Null when libgit2 is ready, else what to tell the operator.</summary>
    public static SourceRefusal? Missing => Loading.Value;

    private static SourceRefusal? Load()
    {
        try
        {
            _ = GlobalSettings.Version.Features;
            // References are read without any configuration: a broken or hostile config file changes nothing.
            foreach (
                var level in new[]
                {
                    ConfigurationLevel.ProgramData,
                    ConfigurationLevel.System,
                    ConfigurationLevel.Xdg,
                    ConfigurationLevel.Global,
                }
            )
                GlobalSettings.SetConfigSearchPaths(level, "/nonexistent");
            // libgit2 reports a repository of another user as not found. RepositoryOwner judges that by the same rules as git and names it.
            GlobalSettings.SetOwnerValidation(false);
            return null;
        }
        catch (Exception e)
            when (e
                    is TypeInitializationException
                        or DllNotFoundException
                        or EntryPointNotFoundException
                        or BadImageFormatException
            )
        {
            return new SourceRefusal(
                SourceRefusalKind.LibraryMissing,
                $"libgit2 could not be loaded; references cannot be read: {(e.InnerException ?? e).Message}",
                "It is the file libgit2-*.so beside the program: copy the folder of the program as a whole."
            );
        }
    }
}
