using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;

namespace PgGitOps.Commands;

internal static class VersionCommand
{
    public static string Version { get; } = typeof(VersionCommand).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>With the commit it was built from, where the build knew it.</summary>
    public static string InformationalVersion =>
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? Version;

    public static CommandDefinition Define() => new(new Command("version", "Version of the program and of its runtime"), Run);

    private static Task<ExitCode> Run(Invocation invocation)
    {
        var json = JsonSerializer.Serialize(
            new Dictionary<string, string>
            {
                ["version"] = InformationalVersion,
                ["runtime"] = RuntimeInformation.FrameworkDescription,
            },
            JsonText.Context.DictionaryStringString
        );
        var text = $"pggitops {InformationalVersion} ({RuntimeInformation.FrameworkDescription})";
        invocation.Write(invocation.Format(OutputFormat.Text, OutputFormat.Json) == OutputFormat.Json ? json : text, () => json);
        return Task.FromResult(ExitCode.Done);
    }
}
