namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>The program that end-to-end tests start: the published one that <c>.ci/test</c> names, else the assembly that was built with the tests.</summary>
public static class ProgramUnderTest
{
    public const string Variable = "PGGITOPS_TESTED_PROGRAM";

    /// <summary>Words of a command line that starts it.</summary>
    public static IReadOnlyList<string> Command { get; } =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } published
            ? [File.Exists(published) ? published : throw new FileNotFoundException($"{Variable} names no program", published)]
            : ["dotnet", Path.Combine(AppContext.BaseDirectory, "pggitops.dll")];
}
