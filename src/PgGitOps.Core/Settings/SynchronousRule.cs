using System.Globalization;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Settings;

public enum SynchronousMethod
{
    Any,
    First,
}

/// <summary>Which standbys a commit waits for: what <c>synchronous_standby_names</c> says.</summary>
/// <param name="Method">ANY, or FIRST, which is also what a bare list means.</param>
/// <param name="Count">Standbys a commit waits for; 0 only for <see cref="None"/>.</param>
/// <param name="Names">As written, without quotes; in the order of the list, which has a meaning for FIRST only.</param>
public sealed record SynchronousRule(SynchronousMethod Method, int Count, EquatableArray<string> Names)
{
    private const string Everybody = "*";

    /// <summary>Commits wait for nobody: the empty text.</summary>
    public static SynchronousRule None { get; } = new(SynchronousMethod.First, 0, []);

    /// <summary>The rule that a server would read from the text, or null where it would refuse the text.</summary>
    public static SynchronousRule? TryParse(string text) => text.Length == 0 ? None : new StandbyNamesReader(text, false).Read();

    /// <summary>The rule behind a text of <see cref="Canonical"/>; null for one that no server understood, which stands for itself.</summary>
    public static SynchronousRule? OfCanonical(string canonical) =>
        canonical.Length == 0 ? None : new StandbyNamesReader(canonical, true).Read();

    public static string CanonicalOf(string text) => TryParse(text)?.Canonical ?? text;

    /// <summary>Equal for rules that make commits wait for the same: case never counts, and order does not for ANY.</summary>
    /// <remarks>Records and plan files hold it, so member names stay bare in it, where PostgreSQL itself would ask for quotes.</remarks>
    public string Canonical
    {
        get
        {
            var names = Names.Select(NameList.Folded);
            return Write((Method == SynchronousMethod.Any ? names.Order(StringComparer.Ordinal) : names).Select(Bare));
        }
    }

    /// <summary>Does a commit wait for standbys of this <c>application_name</c>?</summary>
    public bool Lists(string applicationName) => PriorityOf(applicationName) is not null;

    /// <summary>Place of the first name that means this standby, from 0 on, as PostgreSQL gives priorities; null for one that is not listed.</summary>
    public int? PriorityOf(string applicationName)
    {
        var folded = NameList.Folded(applicationName);
        for (var i = 0; i < Names.Count; i++)
        {
            if (Names[i] == Everybody || NameList.Folded(Names[i]) == folded)
                return i;
        }
        return null;
    }

    /// <summary>As it is written into the settings, with every name in quotes.</summary>
    public override string ToString() => Write(Names.Select(Quote));

    private string Write(IEnumerable<string> names) =>
        Count == 0
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(Method == SynchronousMethod.Any ? "ANY" : "FIRST")} {Count} ({string.Join(", ", names)})"
            );

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Bare(string name) => StandbyNamesReader.IsWord(name) ? name : Quote(name);
}
