using System.Text;
using PgGitOps.Commands;
using PgGitOps.Providers.RuleHost;

// The version is asked for by scripts in loops: answered before anything else is loaded.
if (args is ["--version"])
{
    Console.Out.WriteLine(VersionCommand.Version);
    return 0;
}

// The worker of C# rules is this executable once more, inside a jail; it must not load what the commands need.
if (RuleWorker.IsWorker(args))
    return RuleWorker.Run(args);

using var stdout = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 16 * 1024) { AutoFlush = false };
using var stderr = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false), 1024) { AutoFlush = true });
return await CommandTree.RunAsync(args, stdout, stderr, TimeProvider.System).ConfigureAwait(false);
