using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>Takes the secrets of directory servers out of the lines of pg_hba.conf.</summary>
internal static class AccessListRedaction
{
    private static readonly string[] Secrets = ["ldapbindpasswd", "radiussecrets", "radiussecret"];

    public static AccessListFacts Apply(AccessListFacts list) =>
        list with
        {
            Lines = list.Lines.Select(Redact).ToEquatableArray(),
        };

    private static string Redact(string line)
    {
        var words = AccessList.WordsOf(line);
        var isSecret = false;
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            // A list goes on behind a comma, also with a blank between.
            if (isSecret && (word[0] == ',' || words[i - 1][^1] == ','))
            {
                words.RemoveAt(i--);
                words[i] = word[^1] == ',' ? words[i].TrimEnd(',') + ',' : words[i].TrimEnd(',');
                continue;
            }
            // Quotes may stand around the value, the whole word, or any part of it.
            var bare = word.Replace("\"", "", StringComparison.Ordinal);
            var name = Array.Find(Secrets, s => bare.StartsWith(s + "=", StringComparison.OrdinalIgnoreCase));
            isSecret = name is not null;
            if (isSecret)
                words[i] = $"{bare[..name!.Length]}=(redacted){(word[^1] == ',' ? "," : "")}";
        }
        return string.Join(' ', words);
    }
}
