using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace PgGitOps.Providers.RuleHost.Compiling;

/// <summary>One rule as the compiler is given it.</summary>
/// <param name="Number">Its place in the bundle.</param>
/// <param name="Parameters">Names its header declares.</param>
internal sealed record RuleText(int Number, string Path, string Text, string Subject, IReadOnlyList<string> Parameters)
{
    public string ClassName => $"Rule_{Number}";

    public string BaseClass =>
        Subject switch
        {
            "Fleet" => "FleetRule",
            "RecoveryPolicy" => "ContextRule",
            "Cluster" => "ClusterRule",
            "Environment" => "EnvironmentRule",
            _ => "DocumentRule",
        };
}

/// <summary>A line and a column of a rule file, both from 1; columns count code points.</summary>
internal readonly record struct RulePlace(int Line, int Column, int EndColumn);

/// <summary>A finding of the compiler or of a gate.</summary>
/// <param name="Rule">Number of the rule in the bundle.</param>
internal sealed record CompileFinding(int Rule, string Id, string Message, RulePlace Place);

/// <summary>All rules of a bundle as one script: each the body of a class of its own.</summary>
internal sealed class CombinedText
{
    private readonly List<(RuleText Rule, int Begin, int Start, SourceText Lines)> parts = [];

    public CombinedText(IReadOnlyList<RuleText> rules)
    {
        var text = new StringBuilder();
        foreach (var rule in rules)
        {
            var begin = text.Length;
            text.Append("public sealed class ")
                .Append(rule.ClassName)
                .Append(" : ")
                .Append(AllowList.LanguageNamespace)
                .Append('.')
                .Append(rule.BaseClass)
                .Append("\n{\nprotected override void Check()\n{");
            Openings.Add(text.Length - 1);
            text.Append('\n');
            parts.Add((rule, begin, text.Length, SourceText.From(rule.Text)));
            text.Append(rule.Text).Append('\n');
            Closings.Add(text.Length);
            text.Append("}\n}\n");
        }
        Text = text.ToString();
    }

    public string Text { get; }

    /// <summary>Where the brace before each rule's text stands.</summary>
    public List<int> Openings { get; } = [];

    public List<int> Closings { get; } = [];

    /// <summary>The rule a position belongs to and the place in its file; of what we write around a rule, its start.</summary>
    public (RuleText Rule, RulePlace Place) Locate(TextSpan span)
    {
        var (rule, _, start, lines) = parts[Math.Max(parts.FindLastIndex(p => p.Begin <= span.Start), 0)];
        return (
            rule,
            PlaceIn(
                lines,
                new TextSpan(
                    Math.Clamp(span.Start - start, 0, lines.Length),
                    Math.Max(0, Math.Min(span.Length, lines.Length - Math.Clamp(span.Start - start, 0, lines.Length)))
                )
            )
        );
    }

    public static RulePlace PlaceIn(SourceText text, TextSpan span)
    {
        var line = text.Lines.GetLineFromPosition(span.Start);
        var end = Math.Min(span.End, line.End);
        return new RulePlace(
            line.LineNumber + 1,
            Columns(text, line.Start, span.Start) + 1,
            Columns(text, line.Start, Math.Max(end, span.Start)) + 1
        );
    }

    private static int Columns(SourceText text, int from, int to)
    {
        var count = 0;
        for (var i = from; i < to; i++)
        {
            if (!char.IsLowSurrogate(text[i]))
                count++;
        }
        return count;
    }
}
