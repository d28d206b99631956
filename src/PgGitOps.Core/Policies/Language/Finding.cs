using PgGitOps.Core.Policies.Machinery;

namespace PgGitOps.Core.Policies.Language;

/// <summary>Something wrong, at the value that is wrong.</summary>
public sealed class Finding
{
    private const int RelatedMax = 20;
    private const int EditsMax = 20;
    private readonly System.Collections.Generic.List<(Value Place, string Text)> related = [];
    private readonly System.Collections.Generic.List<ProposedEdit> edits = [];

    internal Finding(Value place, string message)
    {
        Place = place;
        Message = message;
    }

    internal Value Place { get; }
    internal string Message { get; }
    internal string? HintText { get; private set; }
    internal IReadOnlyList<(Value Place, string Text)> RelatedPlaces => related;
    internal IReadOnlyList<ProposedEdit> Edits => edits;

    /// <summary>What to do about it.</summary>
    public Finding Hint(string text)
    {
        HintText = text;
        return this;
    }

    /// <summary>Another place that belongs to the finding.</summary>
    public Finding Related(Value place, string text)
    {
        Fuel.Charge(1 + ((text?.Length ?? 0) >> 4));
        There(place, "Related");
        if (related.Count < RelatedMax)
            related.Add((place, text ?? ""));
        return this;
    }

    /// <summary>Proposes to write this text instead of the value.</summary>
    public Finding Fix(Value value, string text) => Propose(new ProposedEdit(EditKind.Replace, value, "", text, Safe: false));

    /// <summary>Proposes to write this text instead of the value; <c>validate --fix</c> does it without asking.</summary>
    public Finding SafeFix(Value value, string text) => Propose(new ProposedEdit(EditKind.Replace, value, "", text, Safe: true));

    /// <summary>Proposes a new key in a mapping.</summary>
    public Finding FixByAdding(Value mapping, string key, string text) =>
        Propose(new ProposedEdit(EditKind.Add, mapping, key, text, Safe: false));

    /// <summary>Proposes a new key in a mapping; <c>validate --fix</c> does it without asking.</summary>
    public Finding SafeFixByAdding(Value mapping, string key, string text) =>
        Propose(new ProposedEdit(EditKind.Add, mapping, key, text, Safe: true));

    // Where a rule looked something up in vain, and did not ask whether it is there: its own mistake, at the statement that made it.
    internal static T There<T>(T? place, string called)
        where T : class =>
        place ?? throw new RuleStopped($"{called} was given null in place of a value; ask with 'is {{ }} x' first");

    private Finding Propose(ProposedEdit edit)
    {
        Fuel.Charge(1);
        There(edit.Place, "Fix");
        if (edits.Count < EditsMax)
            edits.Add(edit);
        return this;
    }
}

internal enum EditKind
{
    Replace,
    Add,
}

internal sealed record ProposedEdit(EditKind Kind, Value Place, string Key, string Text, bool Safe);
