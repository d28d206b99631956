using PgGitOps.Core.Policies.Machinery;

namespace PgGitOps.Core.Policies.Language;

/// <summary>Parameters of a rule, by the names in its header.</summary>
public sealed class Parameters
{
    private readonly Evaluation run;

    internal Parameters(Evaluation run) => this.run = run;

    public TimeSpan Duration(string name) => Find<ParameterValue.OfDuration>(name, "duration").Value;

    public long Int(string name) => Find<ParameterValue.OfInteger>(name, "integer").Value;

    /// <summary>A size in bytes.</summary>
    public long Bytes(string name) => Find<ParameterValue.OfSize>(name, "size").Bytes;

    public bool Bool(string name) => Find<ParameterValue.OfBoolean>(name, "boolean").Value;

    public string Text(string name) => Find<ParameterValue.OfText>(name, "text").Value;

    public Rows<string> Texts(string name) => new([.. Find<ParameterValue.OfTexts>(name, "texts").Values]);

    private T Find<T>(string name, string type)
        where T : ParameterValue
    {
        Fuel.Charge(1 + (name.Length >> 4));
        if (!run.Parameters.TryGetValue(name, out var value))
            throw new RuleStopped($"the rule's header declares no parameter '{name}'");
        return value as T ?? throw new RuleStopped($"parameter '{name}' is not of type {type}");
    }
}
