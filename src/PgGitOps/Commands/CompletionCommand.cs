using System.CommandLine;
using PgGitOps.Cli;

namespace PgGitOps.Commands;

/// <summary>Scripts that make a shell ask the program itself what may follow.</summary>
internal static class CompletionCommand
{
    private static readonly Argument<string> Shell = new("SHELL") { Description = "bash, zsh or fish" };

    public static CommandDefinition Define()
    {
        Shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return new(new Command("completion", "Print a completion script: source <(pggitops completion bash)") { Shell }, Run);
    }

    private static Task<ExitCode> Run(Invocation invocation)
    {
        invocation.WriteOut(
            invocation.Parsed.GetRequiredValue(Shell) switch
            {
                "bash" => """
                _pggitops() {
                    local IFS=$'\n'
                    COMPREPLY=($(compgen -W "$(pggitops "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
                }
                complete -o default -F _pggitops pggitops
                """,
                "zsh" => """
                #compdef pggitops
                _pggitops() {
                    local -a found
                    found=("${(@f)$(pggitops "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                    compadd -a found || _files
                }
                compdef _pggitops pggitops
                """,
                "fish" => """
                complete -c pggitops -f -a '(set -l line (commandline -cp); pggitops "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null)'
                """,
                var other => throw new UsageException($"no completion script for '{other}'"),
            }
        );
        return Task.FromResult(ExitCode.Done);
    }
}
