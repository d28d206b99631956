using Npgsql;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Settings;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Settings;

/// <summary>A server is asked which texts of synchronous_standby_names it takes, and the reader has to take the same.</summary>
[Trait("Requirement", "R-07")]
public sealed class StandbyNamesTests
{
    // Whole words and marks, so that many of the texts are nearly right.
    private static readonly string[] Pieces =
    [
        "ANY",
        "first",
        "FIRST",
        "any1",
        "1",
        "2",
        "0",
        "17",
        "a",
        "Core_2",
        "core-2",
        "\"core-2\"",
        "\"a \"\"b\"",
        "\"any\"",
        "\"",
        "\"\"",
        "*",
        ",",
        ",",
        "(",
        "(",
        ")",
        ")",
        " ",
        "\t",
        "\f",
        "$",
        "b$1",
        "Ærlig",
        ".",
        "-1",
    ];

    [LiveFact]
    public async Task TryParse_OfAnyText_TakesWhatTheServerTakes()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var connection = await server.OpenAsync();
        List<string> wrong = [];
        var (taken, refused) = (0, 0);
        foreach (var text in Texts().Distinct())
        {
            var takes = await TakesAsync(connection, text);
            _ = takes ? taken++ : refused++;
            if (takes != SynchronousRule.TryParse(text) is not null)
                wrong.Add($"{text}: the server {(takes ? "takes" : "refuses")} it");
            // What we would write for it has to be taken as well.
            if (SynchronousRule.TryParse(text) is { } rule && !await TakesAsync(connection, rule.ToString()))
                wrong.Add($"{rule}: written by us and refused");
        }
        Assert.Empty(wrong);
        Assert.True(taken > 100 && refused > 100, $"{taken} taken, {refused} refused: too few to say anything");
    }

    private static IEnumerable<string> Texts()
    {
        yield return "";
        yield return " ";
        yield return "99999999999999999999 (a)";
        var random = new Random(20261127);
        for (var i = 0; i < 600; i++)
            yield return string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => Pieces[random.Next(Pieces.Length)]));
        // Right ones, and the same with one piece changed.
        for (var i = 0; i < 300; i++)
        {
            List<string> pieces =
            [
                .. new[] { "ANY", "FIRST", "first", "" }[random.Next(4)..][..1],
                " ",
                $"{random.Next(1, 4)}",
                "(",
            ];
            for (var n = random.Next(0, 3); n >= 0; n--)
                pieces.AddRange([new[] { "a", "\"core-2\"", "*", "7", "\"any\"", "\"\"" }[random.Next(6)], n == 0 ? ")" : ", "]);
            if (i % 3 == 0)
                pieces[random.Next(pieces.Count)] = Pieces[random.Next(Pieces.Length)];
            yield return string.Concat(pieces);
        }
    }

    private static async Task<bool> TakesAsync(NpgsqlConnection connection, string text)
    {
        await using var command = new NpgsqlCommand(
            $"alter system set synchronous_standby_names = {SqlLiteral.Quote(text)}",
            connection
        );
        try
        {
            await command.ExecuteNonQueryAsync();
            return true;
        }
        catch (PostgresException refusal)
            when (refusal.SqlState is PostgresErrorCodes.InvalidParameterValue or PostgresErrorCodes.SyntaxError)
        {
            return false;
        }
    }
}
