using System.CommandLine;
using PgGitOps.Cli;

namespace PgGitOps.Commands;

/// <summary>Prints the scripts that make a Git server ask this program before it takes a push in.</summary>
internal static class HookCommand
{
    public static CommandDefinition Define() =>
        new(new Command("hook", "Print a Git server hook that judges what is pushed"), PreReceive)
        {
            Below = [new(new Command("pre-receive", "Print the pre-receive hook of a bare policy repository"), PreReceive)],
        };

    private static Task<ExitCode> PreReceive(Invocation invocation)
    {
        invocation.WriteOut(Script);
        return Task.FromResult(ExitCode.Done);
    }

    /// <remarks>
    /// The pushed commit's own rules and settings judge it too: the loop will ask them, and a rule that does not compile would refuse
    /// every later push, its own repair included. Which of them a push changes is nothing for a script to find out: settings may
    /// stand in any document.
    /// </remarks>
    private const string Script = """
        #!/bin/sh
        # pre-receive hook of a bare policy repository, printed by: pggitops hook pre-receive
        # A push is refused when its documents, its promises or the rules say no, and when they cannot be asked.
        # Settings are the repository's own:
        #   git config pggitops.program /opt/pggitops/pggitops     default: pggitops on the PATH
        #   git config pggitops.state   /var/lib/pggitops/gate     default: pggitops/ in the repository
        #   git config pggitops.dotnetRoot /opt/dotnet             default: the runtime on the PATH, in /usr/share/dotnet or /usr/lib/dotnet
        set -u

        refuse() {
            echo "pggitops: push refused: $1" >&2
            exit 1
        }

        # Whoever pushes must not set what judges him, where his variables reach the server at all: the program's own settings, the
        # runtime that runs the rules (DOTNET_ROOT) and how it runs, libraries loaded into it, and answers in place of the
        # repository's configuration.
        for name in $(env | sed -n 's/^\(PGGITOPS_[A-Za-z0-9_]*\|DOTNET_[A-Za-z0-9_]*\|COMPlus_[A-Za-z0-9_]*\|CORECLR_[A-Za-z0-9_]*\|LD_[A-Z0-9_]*\|GIT_CONFIG[A-Z0-9_]*\)=.*/\1/p'); do
            unset "$name"
        done

        program=$(git config --get pggitops.program || echo pggitops)
        state=$(git config --get pggitops.state || echo "$PWD/pggitops")
        if DOTNET_ROOT=$(git config --get pggitops.dotnetRoot); then
            export DOTNET_ROOT
        else
            unset DOTNET_ROOT
        fi

        command -v "$program" >/dev/null 2>&1 || refuse "the program '$program' is missing on the server"
        umask 077
        mkdir -p "$state/cache" 2>/dev/null && probe=$(mktemp "$state/probe.XXXXXX" 2>/dev/null) && rm -f "$probe" ||
            refuse "the state directory '$state' on the server cannot be written"
        XDG_CACHE_HOME="$state/cache"
        export XDG_CACHE_HOME

        judge() {
            "$program" validate --repo . --state "$state" --no-color "$@" </dev/null >&2
            code=$?
            case $code in
                0) return ;;
                3) echo "pggitops: push refused: the documents of $ref are not valid" >&2 ;;
                4) echo "pggitops: push refused: a recovery objective or a rule rejects $ref" >&2 ;;
                *) echo "pggitops: push refused: $ref could not be judged (exit code $code)" >&2 ;;
            esac
            verdict=1
        }

        # A replaced object is another one to Git than to the program.
        GIT_NO_REPLACE_OBJECTS=1
        export GIT_NO_REPLACE_OBJECTS

        zero=0000000000000000000000000000000000000000
        base=$(git rev-parse --quiet --verify 'HEAD^{commit}' || true)
        if [ -z "$base" ] && [ -n "$(git for-each-ref --count=1 refs/heads)" ]; then
            refuse "HEAD of the repository names no branch that exists, so nobody can say whose rules judge: git symbolic-ref HEAD refs/heads/BRANCH"
        fi
        default=$(git symbolic-ref --quiet HEAD || true)
        made=" "
        verdict=0
        while read -r old new ref; do
            name=${ref#refs/*/}
            case $ref in
                refs/heads/*) others="refs/tags/$name refs/remotes/$name" ;;
                refs/tags/*) others="refs/heads/$name refs/remotes/$name" ;;
                refs/replace/*) refuse "$ref would make Git see other objects than those that were judged" ;;
                *)
                    [ "$new" = "$zero" ] || refuse "$ref is neither a branch nor a tag, so what it brings would be taken in unjudged"
                    echo "pggitops: $ref is deleted; nothing to judge" >&2
                    continue
                    ;;
            esac
            if aim=$(git symbolic-ref --quiet "$ref"); then
                refuse "$ref is another name of $aim on the server: push to that one"
            fi
            if [ "$new" = "$zero" ]; then
                [ "$ref" = "$default" ] && refuse "$ref is the branch whose rules judge; it cannot be deleted"
                echo "pggitops: $ref is deleted; nothing to judge" >&2
                continue
            fi
            what=updated
            if [ "$old" = "$zero" ]; then
                what=new
                # A name that could also mean something else would stop whoever reads by it.
                [ "$name" = HEAD ] && refuse "$ref is called like HEAD"
                case $name in
                    *[!0-9a-fA-F]*) ;;
                    *) [ "${#name}" -eq 40 ] && refuse "$ref is called like the id of a commit" ;;
                esac
                for other in $others; do
                    case $made in
                        *" $other "*) refuse "$ref and $other would share the name '$name'" ;;
                    esac
                    git show-ref --verify --quiet "$other" && refuse "$ref and $other would share the name '$name'"
                done
                made="$made$ref "
            elif ! git merge-base --is-ancestor "$old^{commit}" "$new^{commit}" 2>/dev/null; then
                what=forced
            fi
            echo "pggitops: $ref ($what) is judged" >&2
            # The rules and settings in force judge; where a push changes them, the new ones have to hold as well.
            if [ -z "$base" ]; then
                judge --ref "$new"
            else
                judge --ref "$new" --rules-from "$base" --and-own-rules
            fi
        done
        exit "$verdict"
        """;
}
