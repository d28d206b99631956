namespace PgGitOps.Core.Policies.Machinery;

internal enum ModelKind : byte
{
    Mapping,
    Sequence,
    Text,
    Integer,
    Float,
    Boolean,
    Null,
}

/// <summary>A value of a document as rules see it. Where it stands is known outside the worker only, by <see cref="Number"/>.</summary>
/// <param name="number">Place in the document's tree, values and keys counted depth first from 0.</param>
internal sealed class ModelNode(ModelKind kind, string text, int number, ModelNode[] keys, ModelNode[] items)
{
    public static readonly ModelNode[] None = [];

    public ModelKind Kind { get; } = kind;
    public string Text { get; } = text;
    public int Number { get; } = number;
    public ModelNode[] Keys { get; } = keys;
    public ModelNode[] Items { get; } = items;

    public ModelNode? Find(string key)
    {
        for (var i = 0; i < Keys.Length; i++)
        {
            if (Keys[i].Text == key)
                return Items[i];
        }
        return null;
    }
}
