using System.Globalization;
using Newtonsoft.Json;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Schemas;

/// <summary>Presents located nodes as JSON to the schema validator.</summary>
/// <remarks>
/// What it gives out as a line number is the node's serial number: the validator carries it to its errors,
/// where it leads back to the node and with it to the exact place.
/// </remarks>
internal sealed class NodeJsonReader(LocatedNode root) : JsonReader, IJsonLineInfo
{
    // The validator keeps the path of every error as text; no name that our schemas let stand is longer.
    private const int KeyLengthMax = 128;

    private readonly Stack<(LocatedNode Node, int Next)> open = new();
    private LocatedNode? current;
    private bool started;

    public int LineNumber => current?.Number ?? 0;
    public int LinePosition => 0;

    public bool HasLineInfo() => true;

    public override bool Read()
    {
        if (!started)
        {
            started = true;
            return Give(root);
        }
        if (!open.TryPop(out var level))
        {
            SetToken(JsonToken.None);
            return false;
        }
        var (node, next) = level;
        current = node;
        if (node.Kind == NodeKind.Sequence)
        {
            if (next == node.Items.Count)
            {
                SetToken(JsonToken.EndArray);
                return true;
            }
            open.Push((node, next + 1));
            return Give(node.Items[next]);
        }
        // A mapping gives key and value in turn: even steps are keys.
        if (next == node.Items.Count * 2)
        {
            SetToken(JsonToken.EndObject);
            return true;
        }
        open.Push((node, next + 1));
        if (next % 2 == 1)
            return Give(node.Items[next / 2]);
        var key = node.Keys[next / 2];
        current = key;
        SetToken(JsonToken.PropertyName, BoundedText.Cut(key.Text, KeyLengthMax));
        return true;
    }

    private bool Give(LocatedNode node)
    {
        current = node;
        switch (node.Kind)
        {
            case NodeKind.Mapping:
                open.Push((node, 0));
                SetToken(JsonToken.StartObject);
                break;
            case NodeKind.Sequence:
                open.Push((node, 0));
                SetToken(JsonToken.StartArray);
                break;
            case NodeKind.Integer:
                SetToken(JsonToken.Integer, long.Parse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
                break;
            case NodeKind.Float:
                SetToken(JsonToken.Float, double.Parse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture));
                break;
            case NodeKind.Boolean:
                SetToken(JsonToken.Boolean, node.Text[0] is 't' or 'T');
                break;
            case NodeKind.Null:
                SetToken(JsonToken.Null);
                break;
            case NodeKind.String:
                SetToken(JsonToken.String, node.Text);
                break;
        }
        return true;
    }
}
