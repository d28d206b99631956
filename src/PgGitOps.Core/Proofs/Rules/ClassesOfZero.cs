using System.Text;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>A class whose name says that nothing is lost, and whose limit allows something.</summary>
internal sealed class ClassesOfZero : IContextRule
{
    private static readonly string[] Names =
    [
        "zero",
        "none",
        "nothing",
        "lossless",
        "zeroloss",
        "noloss",
        "zerodataloss",
        "nodataloss",
    ];

    public void Judge(ContextScene scene, List<Diagnostic> findings)
    {
        if (scene.Ground.Classes is not { } classes)
            return;
        foreach (var rpo in classes.Rpo)
        {
            if (rpo.Name != scene.Policy.RpoClass.Value || rpo.Limit == TimeSpan.Zero || !Names.Contains(Plain(rpo.Name)))
                continue;
            findings.Add(
                ClaimRuleList.ZeroIsNotZero.At(
                    rpo.At,
                    $"class '{rpo.Name}' allows a loss of {Amounts.Round(rpo.Limit)}: whoever reads the name in a policy expects none",
                    "say 0s, or name the class after its limit"
                ) with
                {
                    Document = classes.Head.ToString(),
                    Field = "spec.rpo",
                }
            );
        }
    }

    private static string Plain(string name) =>
        new StringBuilder(name).Replace("-", "").Replace("_", "").Replace(" ", "").ToString().ToLowerInvariant();
}
