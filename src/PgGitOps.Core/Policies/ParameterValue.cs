using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>Value of a rule's parameter. Closed.</summary>
public abstract record ParameterValue
{
    private ParameterValue() { }

    public sealed record OfDuration(TimeSpan Value) : ParameterValue;

    public sealed record OfInteger(long Value) : ParameterValue;

    public sealed record OfSize(long Bytes) : ParameterValue;

    public sealed record OfBoolean(bool Value) : ParameterValue;

    public sealed record OfText(string Value) : ParameterValue;

    public sealed record OfTexts(EquatableArray<string> Values) : ParameterValue;

    public T Match<T>(
        Func<OfDuration, T> duration,
        Func<OfInteger, T> integer,
        Func<OfSize, T> size,
        Func<OfBoolean, T> boolean,
        Func<OfText, T> text,
        Func<OfTexts, T> texts
    ) =>
        this switch
        {
            OfDuration v => duration(v),
            OfInteger v => integer(v),
            OfSize v => size(v),
            OfBoolean v => boolean(v),
            OfText v => text(v),
            OfTexts v => texts(v),
            _ => throw new InvalidOperationException("ParameterValue is closed"),
        };

    /// <summary>As a document would spell it.</summary>
    public string Spell() =>
        Match(
            v => DurationText.Format(v.Value),
            v => v.Value.ToString(CultureInfo.InvariantCulture),
            v => new ByteCount(v.Bytes).ToString(),
            v => v.Value ? "true" : "false",
            v => v.Value,
            v => $"[{string.Join(", ", v.Values)}]"
        );
}
