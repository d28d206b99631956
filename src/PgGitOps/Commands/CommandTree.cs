using System.CommandLine;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Commands;

/// <summary>The whole command line: one command a file, put together here.</summary>
internal static class CommandTree
{
    public static RootCommand Build(Func<ParseResult, Invocation> begin)
    {
        var root = new RootCommand("PgGitOps reconciles PostgreSQL clusters with a Git repository of documents.");
        GlobalSettings.AddTo(root);
        foreach (
            var command in (CommandDefinition[])
                [
                    ValidateCommand.Define(),
                    RulesCommand.Define(),
                    PlanCommand.Define(),
                    ApplyCommand.Define(),
                    DriftCommand.Define(),
                    ReconcileCommand.Define(),
                    StatusCommand.Define(),
                    ProveCommand.Define(),
                    AnswerCommand.Define(),
                    SuspendCommand.Define(),
                    ResumeCommand.Define(),
                    SnapshotCommand.Define(),
                    ImportCommand.Define(),
                    VersionCommand.Define(),
                    SchemaCommand.Define(),
                    CompletionCommand.Define(),
                    HistoryCommand.Define(),
                    HookCommand.Define(),
                ]
        )
        {
            Act(command);
            foreach (var below in command.Below)
            {
                Act(below);
                command.Command.Add(below.Command);
            }
            root.Add(command.Command);
        }
        return root;

        void Act(CommandDefinition command) =>
            command.Command.SetAction((parsed, _) => CommandRun.GuardAsync(begin(parsed), command.Run));
    }

    public static async Task<int> RunAsync(string[] args, TextWriter stdout, TextWriter stderr, TimeProvider time)
    {
        using var shutdown = new Shutdown(time);
        var parsed = Build(p => new Invocation(p, stdout, stderr, shutdown, time)).Parse(args);
        List<string> errors =
            EmptyFlags(args) is { Count: > 0 } empty ? empty
            : UnknownFlags(args, parsed) is { Count: > 0 } unknown ? unknown
            : [.. parsed.Errors.Select(e => e.Message)];
        if (errors.Count > 0)
        {
            foreach (var error in errors)
                await stderr.WriteLineAsync($"pggitops: {VisibleText.Of(error)}");
            await stderr.WriteLineAsync("pggitops --help lists the commands, pggitops COMMAND --help the flags of one.");
            return (int)ExitCode.Error;
        }
        // Signals are ours (Shutdown): the parser's own handling would end a step half way.
        var configuration = new InvocationConfiguration
        {
            Output = stdout,
            Error = stderr,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        var code = await parsed.InvokeAsync(configuration, CancellationToken.None);
        return End(stdout, stderr, code);
    }

    /// <summary>The exit code of a run whose output was to reach somebody: what a caller would take for all there is must not be a part of it.</summary>
    public static int End(TextWriter stdout, TextWriter stderr, int code)
    {
        stdout.Flush();
        if (stdout is not OutputWriter { Failure: { } why })
            return code;
        stderr.WriteLine($"pggitops: stdout cannot be written, what was to stand there is lost: {why}");
        return (int)ExitCode.Error;
    }

    /// <summary>Of <c>--cluster= --once</c> the parser makes a cluster called --once.</summary>
    private static List<string> EmptyFlags(string[] args) =>
        [
            .. args.TakeWhile(a => a != "--")
                .Where(a => a.Length > 2 && a[0] == '-' && a.IndexOf('=', StringComparison.Ordinal) == a.Length - 1)
                .Select(a => $"{a[..^1]} is empty; give it a value, or leave it out"),
        ];

    /// <summary>The parser takes a flag it does not know for the command's argument, where it has one: a directory called --fixx.</summary>
    private static List<string> UnknownFlags(string[] args, ParseResult parsed)
    {
        if (args.Contains("--"))
            return [];
        var known = parsed
            .RootCommandResult.Command.Options.Concat(parsed.CommandResult.Command.Options)
            .Select(o => o.Name)
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        return
        [
            .. parsed
                .CommandResult.Tokens.Select(t => t.Value)
                .Concat(parsed.UnmatchedTokens)
                .Where(t => t.Length > 1 && t[0] == '-')
                .Select(t => t.Split('=')[0])
                .Distinct(StringComparer.Ordinal)
                .Select(t => $"there is no flag {t}{Suggestion.Clause(t, known)}"),
        ];
    }
}

/// <summary>A command and what it does.</summary>
internal sealed record CommandDefinition(Command Command, Func<Invocation, Task<ExitCode>> Run)
{
    public IReadOnlyList<CommandDefinition> Below { get; init; } = [];
}
