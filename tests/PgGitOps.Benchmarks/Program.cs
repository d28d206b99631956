using System.Globalization;
using PgGitOps.Benchmarks;

return args switch
{
    ["corpus", var count, var directory] => PolicyCorpus.Write(int.Parse(count, CultureInfo.InvariantCulture), directory),
    ["gate-corpus", var count, var directory] => GateCorpus.Write(int.Parse(count, CultureInfo.InvariantCulture), directory),
    ["gate-touch", var directory, var index] => GateCorpus.Touch(directory, int.Parse(index, CultureInfo.InvariantCulture)),
    ["touch", var directory, var index] => PolicyCorpus.Touch(directory, int.Parse(index, CultureInfo.InvariantCulture)),
    ["clusters", var count, var port, var directory] => ClusterCorpus.Write(
        int.Parse(count, CultureInfo.InvariantCulture),
        int.Parse(port, CultureInfo.InvariantCulture),
        directory
    ),
    ["fleet", var count, var alive, var port, var directory] => FleetCorpus.Write(
        int.Parse(count, CultureInfo.InvariantCulture),
        int.Parse(alive, CultureInfo.InvariantCulture),
        int.Parse(port, CultureInfo.InvariantCulture),
        directory
    ),
    ["silent", var count, var alive, var port] => await FleetCorpus.BeSilentAsync(
        int.Parse(count, CultureInfo.InvariantCulture),
        int.Parse(alive, CultureInfo.InvariantCulture),
        int.Parse(port, CultureInfo.InvariantCulture)
    ),
    ["warm-validate", var directory, var commits] => WarmValidation.Run(
        directory,
        int.Parse(commits, CultureInfo.InvariantCulture)
    ),
    ["warm-check", var directory, var passes] => await WarmCheck.RunAsync(
        directory,
        int.Parse(passes, CultureInfo.InvariantCulture)
    ),
    ["warm-prove"] => WarmProofs.Run(),
    ["warm-rules", var directory, var commits] => WarmRules.Run(directory, int.Parse(commits, CultureInfo.InvariantCulture)),
    ["measure", var label, var runs, .. var command] => ProcessMeasure.Run(
        label,
        int.Parse(runs, CultureInfo.InvariantCulture),
        command
    ),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        usage: pggitops-benchmarks corpus COUNT DIR          policy repository of COUNT documents
               pggitops-benchmarks touch DIR INDEX           change one file of it
               pggitops-benchmarks gate-corpus COUNT DIR     documents of another kind, every fiftieth with a fault, and the list of faults
               pggitops-benchmarks gate-touch DIR INDEX      change one of them
               pggitops-benchmarks clusters COUNT PORT DIR   policy repository of COUNT one-member clusters
               pggitops-benchmarks fleet COUNT ALIVE PORT DIR  policy repository of COUNT clusters, most of them dead: ALIVE on PORT, the others on the two after it
               pggitops-benchmarks silent COUNT ALIVE PORT   be those of them that take connections and never answer, until the input ends
               pggitops-benchmarks warm-validate DIR COMMITS  one-file commits in a warm process
               pggitops-benchmarks warm-check DIR PASSES     no-op passes of the loop in a warm process
               pggitops-benchmarks warm-prove                every claim of a fleet in a warm process, by size
               pggitops-benchmarks warm-rules DIR COMMITS    rules in a warm process: all runs, and after one-file commits
               pggitops-benchmarks measure LABEL RUNS CMD…   median wall time and peak memory of a command
        """
    );
    return 1;
}
