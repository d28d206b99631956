using System.ComponentModel;
using System.Globalization;

namespace PgGitOps.Core.Policies.Machinery;

/// <summary>Counts what a rule spends. The compiler puts the calls in; a rule cannot name this class.</summary>
/// <remarks>Counted, not timed: the same rule over the same documents stops at the same tick on every machine.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Fuel
{
    /// <summary>Calls within calls. A frame of a rule is small; far more of these fit the evaluation thread's stack.</summary>
    public const int DepthMax = 200;

    /// <summary>Longest text a rule may build.</summary>
    public const int TextLengthMax = 16_384;

    [ThreadStatic]
    private static FuelTank? tank;

    internal static FuelTank? Tank
    {
        get => tank;
        set => tank = value;
    }

    /// <summary>Longest text of a document that a rule may read.</summary>
    public const int ReadLengthMax = 65_536;

    /// <param name="site">Number of the statement about to run.</param>
    public static void Tick(int site) => Tick(site, 1);

    /// <param name="weight">What the statement's own expressions come to: a long one is several steps.</param>
    public static void Tick(int site, int weight)
    {
        var current = tank ?? throw new RuleStopped("a rule runs only inside an evaluation");
        current.Visit(site);
        if ((current.Left -= weight) < 0)
            throw current.Exhausted();
    }

    /// <summary>A tick inside a condition.</summary>
    public static bool TickTrue(int site)
    {
        Tick(site);
        return true;
    }

    /// <summary>Entry of a function or lambda.</summary>
    public static void Enter(int site) => Enter(site, 1);

    public static void Enter(int site, int weight)
    {
        Tick(site, weight);
        if (++tank!.Depth > DepthMax)
            throw tank.Stop(string.Create(CultureInfo.InvariantCulture, $"functions call each other more than {DepthMax} deep"));
    }

    public static void Leave()
    {
        if (tank is { } current)
            current.Depth--;
    }

    /// <summary>Bounds a text that was just built.</summary>
    public static string Text(string? built)
    {
        if (built is null)
            return "";
        Charge(built.Length >> 4);
        if (built.Length > TextLengthMax)
            throw tank!.Stop(string.Create(CultureInfo.InvariantCulture, $"a text grew past {TextLengthMax} characters"));
        return built;
    }

    /// <summary>A text that is about to be read from its start to its end.</summary>
    public static string? Reads(string? text)
    {
        if (text is not null)
            Charge(1 + (text.Length >> 3));
        return text;
    }

    /// <summary>Whether two texts are the same.</summary>
    public static bool Same(string? one, string? other)
    {
        if (one is not null && other is not null && one.Length == other.Length)
            Charge(one.Length >> 4);
        return string.Equals(one, other, StringComparison.Ordinal);
    }

    /// <summary>Pays for an expression that stands in no statement of its own: a part of a query, which runs for each element.</summary>
    public static T Pay<T>(int weight, T value)
    {
        Charge(weight);
        return value;
    }

    /// <summary>Work done on a rule's behalf: one unit for each element or sixteen characters handled.</summary>
    internal static void Charge(long units)
    {
        var current = tank ?? throw new RuleStopped("a rule runs only inside an evaluation");
        if ((current.Left -= units) < 0)
            throw current.Exhausted();
    }
}

/// <summary>What one run of one rule may spend.</summary>
internal sealed class FuelTank(long limit, bool trace)
{
    private string? stopped;

    public long Limit { get; } = limit;
    public long Left { get; set; } = limit;
    public long Spent => Math.Min(Limit, Limit - Left);
    public int Depth { get; set; }
    public int Site { get; private set; } = -1;

    /// <summary>Statements that ran, for coverage and explanations; null when nobody asks.</summary>
    public SortedSet<int>? Visited { get; } = trace ? [] : null;

    public void Visit(int site)
    {
        Site = site;
        Visited?.Add(site);
    }

    // Sticky: whatever a rule does with the exception, the next tick throws again.
    public RuleStopped Exhausted() =>
        Stop(stopped ?? string.Create(CultureInfo.InvariantCulture, $"the rule used up its fuel of {Limit} steps"));

    public RuleStopped Stop(string why)
    {
        stopped = why;
        if (Left >= 0)
            Left = -1;
        return new RuleStopped(why);
    }
}

/// <summary>Ends a run that went past a limit.</summary>
public sealed class RuleStopped(string message) : Exception(message);
