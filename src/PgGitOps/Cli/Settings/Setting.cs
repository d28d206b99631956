using System.Collections.Concurrent;
using System.CommandLine;
using System.CommandLine.Parsing;

namespace PgGitOps.Cli.Settings;

/// <summary>A flag with a value, or its environment variable: <c>--log-format</c> is also <c>PGGITOPS_LOG_FORMAT</c>. The flag wins.</summary>
internal sealed class Setting<T>
{
    private readonly Func<string, T> parse;
    private readonly T fallback;

    /// <param name="parse">Throws <see cref="FormatException"/> with a sentence for the user.</param>
    public Setting(
        string flag,
        string placeholder,
        string description,
        Func<string, T> parse,
        T fallback,
        params string[] aliases
    )
    {
        this.parse = parse;
        this.fallback = fallback;
        Variable = SettingVariable.Of(flag);
        Option = new Option<string?>(flag, aliases)
        {
            Description = $"{description} [{Variable}]",
            HelpName = placeholder,
            Arity = ArgumentArity.ExactlyOne,
        };
        SettingChecks.Add(Option, parsed => _ = Read(parsed));
    }

    public Option<string?> Option { get; }

    public string Variable { get; }

    /// <summary>What completion offers.</summary>
    public string[] Values
    {
        init => Option.CompletionSources.Add(value);
    }

    public T Read(ParseResult parsed)
    {
        var (text, origin) = parsed.GetResult(Option) is { Implicit: false }
            ? (parsed.GetValue(Option), Option.Name)
            : (SettingVariable.Read(Variable), Variable);
        if (text is null)
            return fallback;
        // A script's variable that is not set: what it was to say is not what is done without it.
        if (text.Length == 0)
            throw new UsageException($"{origin} is empty", "give it a value, or leave it out");
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException($"{origin}: {e.Message}");
        }
    }
}

/// <summary>A flag without a value, or its environment variable set to 1, true or yes.</summary>
internal sealed class Switch
{
    public Switch(string flag, string description, params string[] aliases)
    {
        Variable = SettingVariable.Of(flag);
        Option = new Option<bool>(flag, aliases) { Description = $"{description} [{Variable}]", Arity = ArgumentArity.Zero };
        SettingChecks.Add(Option, parsed => _ = Read(parsed));
    }

    public Option<bool> Option { get; }

    public string Variable { get; }

    public bool Read(ParseResult parsed)
    {
        if (parsed.GetResult(Option) is { Implicit: false })
            return true;
        return SettingVariable.Read(Variable)?.ToLowerInvariant() switch
        {
            null or "0" or "false" or "no" => false,
            "1" or "true" or "yes" => true,
            var other => throw new UsageException($"{Variable}: '{other}' is neither 1 nor 0."),
        };
    }
}

/// <summary>A flag that may be given more than once; its variable holds the values separated by commas.</summary>
internal sealed class ListSetting
{
    public ListSetting(string flag, string placeholder, string description, params string[] aliases)
    {
        Variable = SettingVariable.Of(flag);
        Option = new Option<string[]>(flag, aliases)
        {
            Description = $"{description} [{Variable}]",
            HelpName = placeholder,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        SettingChecks.Add(Option, parsed => _ = Read(parsed));
    }

    public Option<string[]> Option { get; }

    public string Variable { get; }

    public IReadOnlyList<string> Read(ParseResult parsed)
    {
        var (given, origin) = parsed.GetResult(Option) is { Implicit: false }
            ? (parsed.GetValue(Option) ?? [], Option.Name)
            : (SettingVariable.Read(Variable) is { } text ? [text] : [], Variable);
        string[] named =
        [
            .. given
                .SelectMany(g => g.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        // None is not all.
        return named.Length == 0 && given.Length > 0
            ? throw new UsageException($"{origin} names nothing", "give it a value, or leave it out")
            : named;
    }
}

internal static class SettingVariable
{
    public static string Of(string flag) => "PGGITOPS_" + flag.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    /// <summary>An empty variable counts as not set.</summary>
    public static string? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}

/// <summary>Every flag and variable a command knows is looked at before it does anything: a wrong one is refused also where this run would not have come to it.</summary>
internal static class SettingChecks
{
    private static readonly ConcurrentDictionary<Option, Action<ParseResult>> Checks = [];

    public static void Add(Option option, Action<ParseResult> check) => Checks[option] = check;

    public static void Run(ParseResult parsed)
    {
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as CommandResult)
        {
            foreach (var option in at.Command.Options)
            {
                if (Checks.TryGetValue(option, out var check))
                    check(parsed);
            }
        }
    }
}
