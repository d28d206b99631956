using PgGitOps.Core.Ports;

namespace PgGitOps.Tests.Builders;

/// <summary>Keeps what was told.</summary>
internal sealed class Heard : IPassListener
{
    private readonly List<PassEvent> all = [];

    public IReadOnlyList<PassEvent> All
    {
        get
        {
            lock (all)
                return [.. all];
        }
    }

    public IEnumerable<string> Codes => All.Select(e => e.Code.Name);

    public IReadOnlyList<T> Of<T>()
        where T : PassEvent => [.. All.OfType<T>()];

    public void Hear(PassEvent told)
    {
        lock (all)
            all.Add(told);
    }
}
