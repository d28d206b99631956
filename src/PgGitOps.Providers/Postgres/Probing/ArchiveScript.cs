namespace PgGitOps.Providers.Postgres.Probing;

/// <summary>The shell's part of asking an archive.</summary>
internal static class ArchiveScript
{
    // $1 data directory, $2 and $3 for find_bin, $4 timeline, $5 seconds for one call, $6 seconds for all of them, $7 whether $1 is known.
    // As RestoreArchivedFile and findNewestTimeLine of PostgreSQL do it: in the data directory, %r is no file, code 0 counts only with a file,
    // above 125 (a signal, no such command) nothing is known, anything else is "not there". What differs: %p is a path elsewhere, and absolute.
    public const string Body = """
        data=$(expand "$1") timeline=$4 each=$5 deadline=$(($(date +%s) + $6))
        child= work=
        unknown() { echo "unknown=$1"; exit 0; }
        # timeout makes a group and ends with its first process: what ignores its signal, and what a command left running, is ended here.
        end_child() { [ -z "$child" ] || kill -KILL "-$child" 2> /dev/null; child=; }
        trap 'end_child; [ -z "$work" ] || rm -rf "$work"' EXIT
        trap 'exit 1' HUP INT TERM
        if [ "$7" = guessed ] && [ ! -f "$data/PG_VERSION" ]; then echo "none=no data directory that is known"; exit 0; fi
        [ -f "$data/PG_VERSION" ] || unknown "$data is not a data directory"
        [ -O "$data" ] || unknown "$data is not owned by $(id -un), and a restore_command is run by its server's owner only"
        bin=$(find_bin "$2" "$3" 2> /dev/null) || unknown "no server programs of PostgreSQL $2 to read restore_command with"
        # The command line of its last start leads to its configuration; in a copy of a data directory it is that of another server.
        asked() { ( cd "$data" && LC_ALL=C "$bin/postgres" "$@" 2> /dev/null ); }
        words=$(sed -n -e '1{' -e 's/^[^"]*"//' -e 's/"[[:space:]]*$//' -e 's/" "/\n/g' -e p -e '}' "$data/postmaster.opts" 2> /dev/null)
        set --
        while IFS= read -r word; do [ -z "$word" ] || set -- "$@" "$word"; done << END
        $words
        END
        place=$(asked "$@" -C data_directory) && [ "$(readlink -f "$place")" = "$(readlink -f "$data")" ] || set -- -D "$data"
        command=$(asked "$@" -C restore_command) || unknown "restore_command could not be read from the configuration in $data"
        if [ -z "$command" ]; then echo "none=no restore_command"; exit 0; fi
        # Asked by it, an archive would lose what it gives.
        if printf '%s\n' "$command" | grep -qE '(^|[^[:alnum:]_.-])mv[[:space:]]|--remove-source-files'; then unknown "its restore_command may move files out of the archive, so it is not run"; fi
        work=$(mktemp -d "${TMPDIR:-/tmp}/pggitops-archive.XXXXXX") || unknown "no scratch directory could be made"
        file=$work/RECOVERYHISTORY
        # 0: $file is there; 1: the archive does not have $1; 2: nobody knows, and $why says so.
        give() {
            rm -rf "$file" "$work/code"
            printf '%s\n' "$command" | awk -v f="$1" -v p="$file" '{
                out = ""; text = $0
                while (match(text, /%[fpr%]/)) {
                    mark = substr(text, RSTART + 1, 1)
                    out = out substr(text, 1, RSTART - 1) (mark == "f" ? f : mark == "p" ? p : mark == "r" ? "000000000000000000000000" : "%")
                    text = substr(text, RSTART + 2)
                }
                print out text
            }' > "$work/command"
            if [ ! -s "$work/command" ]; then why="its restore_command could not be prepared"; return 2; fi
            why="restore_command gave no answer for $1 in time"
            left=$((deadline - $(date +%s)))
            [ $left -gt 0 ] || return 2
            [ $left -lt "$each" ] || left=$each
            timeout -k 1 "$left" /bin/sh -c 'cd "$1" && { /bin/sh "$2/command"; echo $? > "$2/code"; }' sh "$data" "$work" < /dev/null > /dev/null 2>&1 &
            child=$!
            wait $child 2> /dev/null
            end_child
            code=$(cat "$work/code" 2> /dev/null)
            [ -n "$code" ] || return 2
            if [ "$code" -eq 0 ]; then [ -f "$file" ]; return; fi
            why="restore_command ended with code $code for $1"
            [ "$code" -le 125 ] || return 2
            return 1
        }
        finish() { [ -z "${1:-}" ] || echo "gap=$1"; echo end=; exit 0; }
        history() { printf '%08X.history' "$1"; }
        tell() {
            if [ "$(wc -c < "$file")" -gt 65536 ]; then echo "history=$1 "; else echo "history=$1 $(base64 < "$file" | tr -d '\n')"; fi
        }
        answered= newest= fork= next=$((timeline + 1)) last=$((timeline + 16))
        if [ "$timeline" -gt 1 ]; then
            give "$(history "$timeline")"
            case $? in 0) answered=yes; tell "$(history "$timeline")" ;; 2) finish "$why" ;; esac
        fi
        while [ $next -le $last ]; do
            give "$(history $next)"
            came=$?
            [ $came -eq 0 ] || break
            tell "$(history $next)"
            newest=$next fork=$(awk '!/^[[:space:]]*#/ && NF > 1 { at = $2 } END { print at }' "$file" | grep -E '^[0-9A-F]{1,8}/[0-9A-F]{1,8}$')
            next=$((next + 1))
        done
        [ $came -ne 2 ] || finish "$why"
        size=$(LC_ALL=C "$bin/pg_controldata" -D "$data" 2> /dev/null | sed -n 's/^Bytes per WAL segment: *//p')
        size=${size:-0}
        # A history file names no cluster. The first WAL of its timeline does: its first page begins with a long header.
        if [ -n "$newest" ]; then
            if [ -n "$fork" ] && [ "$size" -gt 0 ]; then
                number=$(((0x${fork%/*} * 0x100000000 + 0x${fork#*/}) / size))
                give "$(printf '%08X%08X%08X' "$newest" $((number / (0x100000000 / size))) $((number % (0x100000000 / size))))" \
                    && [ $(($(od -An -t u2 -j 2 -N 2 "$file") & 2)) -ne 0 ] \
                    && echo "system=$(od -An -t u8 -j 24 -N 8 "$file" | tr -d ' ')"
            fi
            finish
        fi
        # "Not there" is also what a command says whose archive is not mounted, or who lacks a variable of the server's environment. So a primary's archive is asked
        # for something that it was given: on a standby the marks only say that it was received.
        if [ -n "$answered" ] || [ -f "$data/standby.signal" ]; then finish; fi
        given=
        [ "$timeline" -gt 1 ] && [ -e "$data/pg_wal/archive_status/$(history "$timeline").done" ] && finish "it did not give $(history "$timeline"), which its server has archived"
        given=$(ls "$data/pg_wal/archive_status" 2> /dev/null | grep -E "^$(printf '%08X' "$timeline")[0-9A-F]{16}(\.[0-9A-F]{8}\.backup)?\.done$" | sort | tail -n 1)
        given=${given%.done}
        # Segments of a size that somebody has chosen are not fetched for this.
        if [ -z "$given" ] || { [ ${#given} -eq 24 ] && [ "$size" -gt 16777216 ]; }; then finish; fi
        give "$given"
        case $? in 0) finish ;; 1) finish "it did not give $given, which its server has archived" ;; esac
        finish "$why"
        """;
}
