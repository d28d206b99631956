using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Settings;

/// <summary>Whether a text parameter is a list of names (guc.h: GUC_LIST_INPUT, GUC_LIST_QUOTE).</summary>
public enum SettingList
{
    /// <summary>One text.</summary>
    None,

    /// <summary>Names behind commas, kept as they were written.</summary>
    Plain,

    /// <summary>Names behind commas, each of which the server quotes by itself.</summary>
    Quoted,
}

/// <summary>What a parameter's values mean, and what a change of it needs.</summary>
/// <param name="VarType">bool, integer, real, enum, string.</param>
/// <param name="Unit">Such as <c>8kB</c> or <c>ms</c>, or null.</param>
/// <param name="Context">As in pg_settings: <c>postmaster</c> needs a restart, <c>internal</c> can never be set.</param>
public sealed record SettingMeaning(string Name, string VarType, string? Unit, string Context, EquatableArray<string> EnumValues)
{
    /// <summary>Smallest and largest value in <see cref="Unit"/>s, as pg_settings writes them; null where there is none, or nobody said.</summary>
    public string? Min { get; init; }

    /// <inheritdoc cref="Min"/>
    public string? Max { get; init; }

    /// <summary>Words that are taken beside <see cref="EnumValues"/>, each with the one that it means.</summary>
    public EquatableArray<(string Word, string Meaning)> Aliases { get; init; } = [];

    public SettingList List { get; init; }

    /// <summary>The server refuses it in postgresql.auto.conf.</summary>
    public bool IsNotForFiles { get; init; }

    public bool NeedsRestart => Context == "postmaster";

    /// <summary>What pg_settings shows of it may be what the server made of the value: rounded, completed, or asked of the system.</summary>
    public bool IsShownAsMade => VarType is "string" or "real" || Name.StartsWith("tcp_", StringComparison.Ordinal);

    /// <summary>ALTER ROLE and ALTER DATABASE take it: a session may begin with it.</summary>
    public bool IsForSessions => Context is "user" or "superuser" or "backend" or "superuser-backend";
}
