using System.Globalization;
using System.Text;
using PgGitOps.LiveTests.EndToEnd;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Privileges;

/// <summary>Random states of privileges and memberships, made by SQL: the engine reaches what is declared, touches nothing else, and then stops.</summary>
/// <remarks><c>PGGITOPS_TEST_ACL_STATES</c> and <c>PGGITOPS_TEST_ACL_SEED</c> make it a campaign (docs/contributing.md).</remarks>
public sealed class RandomPrivilegeTests
{
    // As many states are declared, and healed, at a time.
    private const int Together = 25;

    private static readonly int States = Number("PGGITOPS_TEST_ACL_STATES", 10);
    private static readonly int Seed = Number("PGGITOPS_TEST_ACL_SEED", 1);

    [LiveFact]
    [Trait("Requirement", "R-06")]
    public async Task Reconcile_OfRandomPrivileges_ReachesWhatIsDeclared_AndTouchesNothingElse()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        Declare(fleet, [], declared: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await using var connection = await fleet.OpenAsync("core-1", "inventory");
        for (var done = 0; done < States; done += Together)
        {
            RandomState[] states =
            [
                .. Enumerable
                    .Range(done, Math.Min(Together, States - done))
                    .Select(n => new RandomState(n, new Random((Seed * 1_000_003) + n), connection.PostgreSqlVersion.Major)),
            ];
            foreach (var state in states)
            {
                await state.MakeAsync(connection);
                await state.DisorderAsync(connection);
                state.Wish();
            }
            var before = await CatalogEntries.ReadAsync(connection);
            var where = $"states {done} to {done + states.Length - 1} of seed {Seed}";

            Declare(fleet, states, declared: true);
            await HealAsync(fleet, where);
            var after = await CatalogEntries.ReadAsync(connection);

            var problems = new List<string>();
            var ours = new HashSet<Place>();
            var held = after.ToLookup(e => e.Place);
            var places = before.Concat(after).Select(e => e.Place).ToHashSet();
            foreach (var wish in states.SelectMany(s => s.Wishes))
            {
                foreach (var place in places.Where(wish.Covers).Append(wish.Place).ToArray())
                {
                    ours.Add(place);
                    if (place.Kind == "all" || (place == wish.Place && wish.Kind.StartsWith("all ", StringComparison.Ordinal)))
                        continue;
                    if (wish.Problem(place, [.. held[place]]) is { } problem)
                        problems.Add(problem);
                }
            }
            foreach (var (place, expected, inherits) in states.SelectMany(s => s.Memberships()))
            {
                ours.Add(place);
                var has = held[place]
                    .Select(h => h.Held)
                    .Where(h => inherits || h != "inherit")
                    .Order(StringComparer.Ordinal)
                    .ToArray();
                if (!has.SequenceEqual(expected))
                    problems.Add($"{place} is {string.Join(' ', has)}, declared {string.Join(' ', expected)}");
            }
            problems.AddRange(Touched(before, after, ours));
            Assert.True(problems.Count == 0, $"{where}:\n{string.Join('\n', problems.Take(20))}");

            // Given up, what the engine gave goes, and what was there before stays.
            Declare(fleet, states, declared: false);
            await HealAsync(fleet, where + ", given up");
            var last = await CatalogEntries.ReadAsync(connection);
            problems.AddRange(Touched(before, last, ours));
            var first = before.ToLookup(e => e.Place, e => e.Bare);
            problems.AddRange(
                last.Where(e => ours.Contains(e.Place) && !e.IsOwners && e.Held is not ("admin" or "inherit" or "set"))
                    .Where(e => !first[e.Place].Contains(e.Bare))
                    // What everybody has by nature is never revoked once it is there again.
                    .Where(e => e.Place is not { Kind: "function", Grantee: "public" })
                    .Select(e => $"still held: {e}")
            );
            Assert.True(problems.Count == 0, $"{where}, given up:\n{string.Join('\n', problems.Take(20))}");

            Declare(fleet, [], declared: false);
            foreach (var state in states)
                await state.DropAsync(connection);
        }
    }

    private static async Task HealAsync(TestFleet fleet, string where)
    {
        var first = await fleet.RunAsync("reconcile", "--once");
        Assert.True(first.ExitCode == 0, $"{where}\n{first}\n{await LeftAsync(fleet)}");
        var second = await fleet.RunAsync("reconcile", "--once");
        Assert.True(
            second.ExitCode == 0 && second.Out.Contains("nothing to do", StringComparison.Ordinal),
            $"{where}\n{second}\n{await LeftAsync(fleet)}"
        );
    }

    /// <summary>What the program would do next: the plan, and its statements.</summary>
    private static async Task<string> LeftAsync(TestFleet fleet)
    {
        var plan = await fleet.RunAsync("plan");
        var statements = (await fleet.RunAsync("plan", "-o", "json"))
            .Out.Split('\n')
            .Select(l => l.Trim())
            .Where(l =>
                l.StartsWith("\"GRANT ", StringComparison.Ordinal)
                || l.StartsWith("\"REVOKE ", StringComparison.Ordinal)
                || l.Contains(" ROLE", StringComparison.Ordinal)
            );
        return $"{plan}\n{string.Join('\n', statements)}";
    }

    private static IEnumerable<string> Touched(HashSet<Entry> before, HashSet<Entry> after, HashSet<Place> ours) =>
        before
            .Except(after)
            .Where(e => !ours.Contains(e.Place))
            .Select(e => $"not declared, and gone: {e}")
            .Concat(after.Except(before).Where(e => !ours.Contains(e.Place)).Select(e => $"not declared, and new: {e}"));

    private static void Declare(TestFleet fleet, RandomState[] states, bool declared)
    {
        var text = new StringBuilder(fleet.OneMemberDocument());
        text.Append("  roles:\n");
        foreach (var role in RandomState.Owners.Concat(RandomState.Grantees.SkipLast(1)))
            text.Append(CultureInfo.InvariantCulture, $"    - {{ name: '{role}' }}\n");
        text.Append("    - { name: gen_5, memberOf: [ gen_o1 ] }\n");
        foreach (var state in states)
            state.RolesText(text, declared);
        text.Append("  databases:\n    - name: inventory\n      owner: gen_o1\n");
        if (states.Length > 0)
            text.Append("      schemas:\n").AppendJoin("", states.Select(s => $"        - {{ name: {s.Schema} }}\n"));
        if (declared)
        {
            text.Append("      grants:\n");
            foreach (var state in states)
                state.GrantsText(text);
            text.Append("      defaultPrivileges:\n");
            foreach (var state in states)
                state.DefaultsText(text);
        }
        fleet.Commit("random states", ("environments/test/clusters/core.yaml", text.ToString()));
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(
            Environment.GetEnvironmentVariable(variable),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : otherwise;
}
