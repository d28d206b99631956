namespace PgGitOps.Cli;

/// <summary>The command line or a variable asks for something impossible. Ends the run with <see cref="ExitCode.Error"/>.</summary>
internal sealed class UsageException(string message, string? hint = null) : Exception(message)
{
    public string? Hint { get; } = hint;
}
