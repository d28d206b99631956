using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Reading;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Policies.Machinery;

namespace PgGitOps.Core.Policies.Language;

/// <summary>A value of a document, or the place where it would stand if it were written.</summary>
/// <remarks>
/// Never null: a missing value <see cref="Exists"/> not, its readers give null, and a finding on it points at the nearest
/// value around it. A value of another type than asked for ends the rule with an error that names the value.
/// </remarks>
public sealed class Value
{
    private readonly Evaluation run;
    private readonly Value? parent;

    // A key, or null for an item of a list, or for the document.
    private readonly string? key;
    private readonly int index;
    private string? path;

    internal Value(Evaluation run, int document, LocatedNode? node, Value? parent, string? key, int index = -1)
    {
        this.run = run;
        DocumentNumber = document;
        Node = node;
        this.parent = parent;
        this.key = key;
        this.index = index;
    }

    internal int DocumentNumber { get; }
    internal LocatedNode? Node { get; }

    /// <summary>Nearest value around that is written.</summary>
    internal Value Written
    {
        get
        {
            var value = this;
            while (value is { Node: null, parent: { } around })
                value = around;
            return value;
        }
    }

    public bool Exists => Seen() is { Kind: not NodeKind.Null };

    /// <summary>Path inside the document, such as <c>spec.backup.maxAge</c> or <c>spec.members[1].host</c>.</summary>
    public string Path => path ??= Fuel.Text(PathBelow(null, Fuel.TextLengthMax + 1));

    /// <summary>The part of the path below a value around, of about <paramref name="lengthMax"/> characters at most.</summary>
    /// <remarks>Written once and from the inside out: what is asked for twice a level doubles with each.</remarks>
    internal string PathBelow(Value? around, int lengthMax)
    {
        var steps = new System.Collections.Generic.Stack<Value>();
        for (var value = this; value is { parent: { } outer } && !ReferenceEquals(value, around); value = outer)
            steps.Push(value);
        var text = new System.Text.StringBuilder();
        foreach (var value in steps)
        {
            if (text.Length > lengthMax)
                break;
            if (value.key is null)
                text.Append(CultureInfo.InvariantCulture, $"[{value.index}]");
            else
                text.Append(text.Length == 0 ? "" : ".").Append(value.key.Length == 0 ? "\"\"" : value.key);
        }
        return text.ToString();
    }

    /// <summary>The value under a key of a mapping.</summary>
    public Value this[string key]
    {
        get
        {
            var node = Seen();
            // The keys are looked through one by one.
            Fuel.Charge(1 + (node is { Kind: NodeKind.Mapping } mapping ? mapping.Keys.Count >> 2 : 0) + (key.Length >> 4));
            return new Value(run, DocumentNumber, node?[key], this, key);
        }
    }

    /// <summary>An item of a list.</summary>
    public Value this[int index]
    {
        get
        {
            Fuel.Charge(1);
            var item =
                Seen() is { Kind: NodeKind.Sequence } node && (uint)index < (uint)node.Items.Count
                    ? node.Items[index]
                    : (LocatedNode?)null;
            return new Value(run, DocumentNumber, item, this, null, index);
        }
    }

    /// <summary>The value at a dotted path of keys, such as <c>backup.maxAge</c>.</summary>
    public Value At(string path)
    {
        var value = this;
        foreach (var key in path.PaidSplit('.'))
            value = value[key];
        return value;
    }

    /// <summary>The text as written, or null where nothing is written.</summary>
    public string? Text
    {
        get
        {
            if (Seen() is not { Kind: not NodeKind.Null } node)
                return null;
            return node.IsScalar ? Bounded(node.Text) : throw Mistyped("a text");
        }
    }

    public long? Int =>
        Text is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value
        : throw Mistyped("an integer");

    public decimal? Number =>
        Text is not { } text ? null
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value
        : throw Mistyped("a number");

    public bool? Bool =>
        Text switch
        {
            null => null,
            "true" or "True" or "TRUE" => true,
            "false" or "False" or "FALSE" => false,
            _ => throw Mistyped("true or false"),
        };

    /// <summary>A duration such as <c>30s 5m 2h 14d</c>.</summary>
    public TimeSpan? Duration =>
        Text is not { } text ? null
        : DurationText.TryParse(text, out var value) ? value
        : throw Mistyped("a duration such as 30s, 5m or 14d");

    /// <summary>A size such as <c>128MB</c>, in bytes; a rate such as <c>2MB/s</c> in bytes a second.</summary>
    public long? Bytes =>
        Text is not { } text ? null
        : ByteCount.TryParse(text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text, out var value) ? value.Bytes
        : throw Mistyped("a size such as 128MB or 4GB");

    /// <summary>A percentage such as <c>80%</c>.</summary>
    public long? Percent =>
        Text is not { } text ? null
        : text.EndsWith('%')
        && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
        : throw Mistyped("a percentage such as 80%");

    /// <summary>A date (00:00 UTC of that day) or a time with its offset.</summary>
    public DateTimeOffset? Moment =>
        Text is not { } text ? null
        // As in documents, and no other way: a time without a date, or a date without a year, would be one of today.
        : MomentText.TryParse(text, out var value) ? value.ToUniversalTime()
        : throw Mistyped("a date such as 2030-05-01, or a time with its offset such as 2030-05-01T12:00Z");

    /// <summary>Items of a list; nothing where no list is written.</summary>
    public Rows<Value> Items
    {
        get
        {
            if (Seen() is not { Kind: not NodeKind.Null } node)
                return new Rows<Value>([]);
            if (node.Kind != NodeKind.Sequence)
                throw Mistyped("a list");
            Fuel.Charge(node.Items.Count);
            var items = new Value[node.Items.Count];
            for (var i = 0; i < items.Length; i++)
                items[i] = new Value(run, DocumentNumber, node.Items[i], this, null, i);
            return new Rows<Value>(items);
        }
    }

    /// <summary>Keys and values of a mapping, in written order; nothing where no mapping is written.</summary>
    public Rows<Entry> Entries
    {
        get
        {
            if (Seen() is not { Kind: not NodeKind.Null } node)
                return new Rows<Entry>([]);
            if (node.Kind != NodeKind.Mapping)
                throw Mistyped("a mapping");
            Fuel.Charge(node.Items.Count);
            var entries = new Entry[node.Items.Count];
            for (var i = 0; i < entries.Length; i++)
                entries[i] = new Entry(node.Keys[i].Text, new Value(run, DocumentNumber, node.Items[i], this, node.Keys[i].Text));
            return new Rows<Entry>(entries);
        }
    }

    /// <summary>Texts of a list of texts.</summary>
    public Rows<string> Texts => Items.Select(item => item.Text ?? "");

    public bool IsMapping => Seen() is { Kind: NodeKind.Mapping };

    public bool IsList => Seen() is { Kind: NodeKind.Sequence };

    /// <summary>True when exactly this text is written here.</summary>
    public bool Is(string text) =>
        Seen() is { Kind: not (NodeKind.Mapping or NodeKind.Sequence) } node && Fuel.Same(node.Text, text);

    public bool IsOneOf(params string[] texts)
    {
        foreach (var text in texts)
        {
            if (Is(text))
                return true;
        }
        return false;
    }

    /// <summary>The text, or <c>(nothing)</c>: for messages.</summary>
    public override string ToString() =>
        Seen() switch
        {
            null or { Kind: NodeKind.Null } => "(nothing)",
            { Kind: NodeKind.Mapping } => "(a mapping)",
            { Kind: NodeKind.Sequence } => "(a list)",
            { Text: var text } => Bounded(text),
        };

    private LocatedNode? Seen()
    {
        Fuel.Charge(1);
        run.SawDocument(DocumentNumber);
        // Outside of the fuel: what is explained costs the same steps as what is judged.
        run.Reads?.Add(DocumentNumber, PathBelow(null, ShownMax), Node?.Text);
        return Node;
    }

    private const int ShownMax = 300;

    private string Name =>
        $"{run.Corpus.Documents[DocumentNumber].Kind}/{run.Corpus.Documents[DocumentNumber].Name} {PathBelow(null, ShownMax)}";

    private string Bounded(string text)
    {
        if (text.Length > Fuel.ReadLengthMax)
            throw run.Tank.Stop(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Name}: the text has {text.Length} characters, and a rule reads at most {Fuel.ReadLengthMax}"
                )
            );
        Fuel.Charge(text.Length >> 4);
        return text;
    }

    private RuleStopped Mistyped(string wanted)
    {
        var said = Node switch
        {
            null => "(nothing)",
            { Kind: NodeKind.Mapping } => "(a mapping)",
            { Kind: NodeKind.Sequence } => "(a list)",
            { Text: { Length: > ShownMax } text } => text[..ShownMax] + "…",
            { Text: var text } => text,
        };
        return new($"{Name}: the rule reads {wanted} here, and the document says {said}");
    }
}

/// <summary>A key of a mapping and its value.</summary>
public sealed class Entry
{
    internal Entry(string key, Value value)
    {
        Key = key;
        Value = value;
    }

    public string Key { get; }

    public Value Value { get; }
}
