using System.CommandLine;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Providers.Git;
using Serilog;

namespace PgGitOps.Cli;

/// <summary>One run of one command: its settings, its output, its log. Everything costly is made when first asked for.</summary>
internal sealed class Invocation(ParseResult parsed, TextWriter stdout, TextWriter stderr, Shutdown shutdown, TimeProvider time)
{
    private readonly Lazy<ILogger> log = new(() =>
        LogSetup.Create(
            GlobalSettings.LogFormatting.Read(parsed),
            LogSetup.LevelOf(GlobalSettings.Quiet.Read(parsed), GlobalSettings.Verbose.Read(parsed)),
            stderr
        )
    );

    private GitSource? source;
    private StateOwnership? ownership;

    public ParseResult Parsed => parsed;

    public TextWriter Out => stdout;

    public TextWriter Error => stderr;

    public Shutdown Shutdown => shutdown;

    public CancellationToken Stopping => shutdown.Stopping;

    public TimeProvider Time => time;

    public ILogger Log => log.Value;

    public bool Quiet => GlobalSettings.Quiet.Read(parsed);

    public bool Verbose => GlobalSettings.Verbose.Read(parsed);

    public StateDirectory State => StateDirectory.Find(GlobalSettings.State.Read(parsed));

    /// <summary>Asked before anything in the state directory is opened; what it finds is said on stderr, unless somebody else takes that over.</summary>
    public StateOwnership Ownership
    {
        get
        {
            if (ownership is null)
            {
                ownership = new(State.Path);
                ownership.TellTo(problem =>
                {
                    if (problem is not null)
                        WriteError($"state directory: {problem}");
                });
            }
            return ownership;
        }
    }

    public string Repository => GlobalSettings.Repository.Read(parsed) ?? Here();

    private static string Here()
    {
        try
        {
            return Environment.CurrentDirectory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"the working directory cannot be read: {e.Message}",
                "it was removed, perhaps: go elsewhere, or give --repo PATH"
            );
        }
    }

    /// <summary>The policy repository; one for the whole run, so that what two revisions share is read once.</summary>
    public GitSource Source => source ??= SourceSettings.Open(this);

    public string? Reference => GlobalSettings.Reference.Read(parsed);

    public IReadOnlyList<string> Environments => GlobalSettings.Environments.Read(parsed);

    public IReadOnlyList<string> Clusters => GlobalSettings.Clusters.Read(parsed);

    /// <summary>Colours only where a person looks at stdout.</summary>
    public bool Color =>
        !GlobalSettings.NoColor.Read(parsed)
        && Environment.GetEnvironmentVariable("NO_COLOR") is null or ""
        && !Console.IsOutputRedirected;

    /// <summary>Settings that are read late are still refused early.</summary>
    public void CheckSettings() => SettingChecks.Run(parsed);

    /// <summary>The asked-for format, or the first of the supported ones; another one is refused with the list.</summary>
    public OutputFormat Format(params OutputFormat[] supported)
    {
        var format = GlobalSettings.Output.Read(parsed) ?? supported[0];
        return supported.Contains(format)
            ? format
            : throw new UsageException(
                $"{parsed.CommandResult.Command.Name} has no output as {format.ToString().ToLowerInvariant()}; it has {OutputFormats.List(supported)}."
            );
    }

    /// <summary>A report on stdout, and its JSON into the file of <c>--json-into</c> when asked for.</summary>
    public void Write(string report, Func<string> json)
    {
        WriteOut(report);
        if (GlobalSettings.JsonInto.Read(parsed) is { } path)
            WriteFile(path, json());
    }

    public void WriteOut(string text)
    {
        stdout.Write(Safe(text));
        if (text.Length > 0 && !text.EndsWith('\n'))
            stdout.Write('\n');
        stdout.Flush();
    }

    // A report is JSON where it starts as one, whether it was asked for or is the only form there is.
    private string Safe(string text) =>
        text.StartsWith('{') || text.StartsWith('[') ? SafeOutput.Json(text)
        : GlobalSettings.Output.Read(parsed) == OutputFormat.Github ? SafeOutput.Commands(text)
        : SafeOutput.Text(text);

    public static void WriteFile(string path, string text)
    {
        try
        {
            var whole = text.EndsWith('\n') ? text : text + "\n";
            File.WriteAllText(path, whole.StartsWith('{') || whole.StartsWith('[') ? SafeOutput.Json(whole) : whole);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{path} cannot be written: {e.Message}");
        }
    }

    /// <summary>A line for the person at the keyboard, on stderr.</summary>
    public void Say(string line)
    {
        if (!Quiet)
            stderr.WriteLine(line);
    }

    public void WriteError(string line) => stderr.WriteLine(line);
}
