using System.Globalization;
using PgGitOps.Core.Policies.Language;

namespace PgGitOps.Core.Policies.Machinery;

/// <summary>One run of one rule: what it may read, what it read, what it found.</summary>
internal sealed class Evaluation(
    Corpus corpus,
    FuelTank tank,
    DateTimeOffset now,
    IReadOnlyDictionary<string, ParameterValue> parameters
)
{
    public const int FindingsMax = 200;
    private const int KindsMax = 200;

    public Corpus Corpus { get; } = corpus;
    public FuelTank Tank { get; } = tank;
    public IReadOnlyDictionary<string, ParameterValue> Parameters { get; } = parameters;
    public System.Collections.Generic.List<Finding> Findings { get; } = [];
    public string? NotApplicable { get; set; }

    /// <summary>Numbers of the documents whose content the run looked at.</summary>
    public IReadOnlyCollection<int> DocumentsRead =>
        (IReadOnlyCollection<int>?)otherDocuments ?? (document < 0 ? [] : [document]);

    /// <summary>Kinds whose list of documents the run asked for.</summary>
    public IReadOnlyCollection<string> KindsListed => (IReadOnlyCollection<string>?)kinds ?? [];

    // Most runs look at one document and list nothing: sets are made for the others only.
    private int document = -1;
    private SortedSet<int>? otherDocuments;
    private SortedSet<string>? kinds;

    public void SawDocument(int number)
    {
        if (number == document)
            return;
        if (document >= 0)
            (otherDocuments ??= [document]).Add(number);
        document = number;
    }

    public void ListedKind(string kind)
    {
        kinds ??= new(StringComparer.Ordinal);
        if (kinds.Add(kind) && kinds.Count > KindsMax)
            throw Tank.Stop(
                string.Create(CultureInfo.InvariantCulture, $"the rule asked for documents of more than {KindsMax} kinds")
            );
    }

    public bool ClockRead { get; private set; }

    /// <summary>Values read, in order and once each; null when nobody asks for an explanation.</summary>
    public OrderedReads? Reads { get; init; }

    public DateTimeOffset ReadClock()
    {
        ClockRead = true;
        return now;
    }

    public Finding Add(Finding finding)
    {
        Fuel.Charge(10);
        if (Findings.Count >= FindingsMax)
            throw Tank.Stop(
                string.Create(CultureInfo.InvariantCulture, $"the rule reported more than {FindingsMax} findings in one run")
            );
        Findings.Add(finding);
        return finding;
    }
}

/// <summary>Values in the order in which a rule first read them.</summary>
internal sealed class OrderedReads
{
    private const int ReadsMax = 2_000;
    private readonly HashSet<(int Document, string Path)> known = [];
    private readonly System.Collections.Generic.List<(int Document, string Path, string? Text)> items = [];

    public IReadOnlyList<(int Document, string Path, string? Text)> Items => items;

    public void Add(int document, string path, string? text)
    {
        if (items.Count < ReadsMax && known.Add((document, path)))
            items.Add((document, path, text));
    }
}
