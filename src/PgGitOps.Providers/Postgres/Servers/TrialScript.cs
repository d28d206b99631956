namespace PgGitOps.Providers.Postgres.Servers;

/// <summary>Shell functions that ask the server's own program whether it would start with a configuration, while the server runs on with its present one.</summary>
/// <remarks>
/// On a directory that holds copies or links of what a start reads before it opens its data: the version, the control file, the
/// configuration and what it includes. Nothing of the data is in it, so nothing can be damaged. From version 15 on,
/// <c>postgres -C shared_memory_size</c> goes through a start as far as the memory: it reads the files, refuses combinations, loads
/// libraries and certificates. What comes after that (the memory itself, sockets, the log, slots) is asked for one by one.
/// </remarks>
internal static class TrialScript
{
    /// <summary>The server would not start.</summary>
    public const int WouldNotStartCode = 66;

    public const string Functions = """
        # Words of a server that failed: those that say why.
        server_words() { printf '%s\n' "$1" | grep -E '^(postgres: |FATAL|PANIC|ERROR|DETAIL|HINT|LOG: .*(configuration|file|parameter|invalid|could not))' | grep -v 'contains errors; unaffected' | sed "s|$try/||g" | tail -n 6; }
        # The file that $1 would be with the settings of the file $2 (names, one a line) replaced by the lines of the file $3.
        replace_settings() {
            if [ -s "$2" ]; then
                grep -v -i -E "^[[:space:]]*($(paste -s -d '|' "$2"))[[:space:]]*(=|[[:space:]])" "$1" 2> /dev/null
                cat "$3"
            else
                cat "$1" 2> /dev/null
            fi
        }
        # Says why a server on $data would not start with the file $1 as its postgresql.auto.conf, and says nothing where it would.
        # $config: its configuration file where that is elsewhere. Ends with 66 where it would not, and with 1 where it cannot be told.
        try_configuration() (
            [ "$(id -u)" != 0 ] || exit 1
            try=$(mktemp -d "${TMPDIR:-/tmp}/pggitops-trial.XXXXXX") || exit 1
            trap 'rm -rf "$try"' EXIT
            trap 'exit 1' HUP INT TERM
            mkdir "$try/global" && cp "$data/global/pg_control" "$try/global/" && cat "$1" > "$try/postgresql.auto.conf" || exit 1
            for entry in "$data"/*; do
                name=${entry##*/}
                case $name in
                    '*' | global | base | postmaster.* | postgresql.auto.conf | current_logfiles | *.signal) continue ;;
                    pg_*) if [ -d "$entry" ]; then mkdir -p "$try/$name"; continue; fi ;;
                esac
                ln -s "$entry" "$try/$name" || exit 1
            done
            server() { mode=$1; shift; "$bin/postgres" $mode -D "$try" ${config:+-c "config_file=$config"} -c "data_directory=$try" -c logging_collector=off -c log_destination=stderr -c log_line_prefix= -c lc_messages=C "$@" 2>&1 > "$try/.said"; }
            asked() { "$bin/postgres" -D "$try" ${config:+-c "config_file=$config"} -c "data_directory=$try" -C "$1" 2> /dev/null; }
            no() { printf '%s\n' "$1" >&2; exit 66; }
            probe=max_connections
            [ "$major" -ge 15 ] && probe=shared_memory_size
            if ! said=$(server '' -C $probe); then
                said=$(server_words "$said")
                [ -n "$said" ] && no "$said"
                exit 1
            fi
            # Older versions look no further than the files: libraries and certificates are looked for here.
            if [ "$major" -lt 15 ]; then
                libraries=$("$bin/pg_config" --pkglibdir 2> /dev/null)
                for library in $(asked shared_preload_libraries | tr ',' ' ' | tr -d '"'); do
                    case $library in
                        /*) [ -e "$library" ] || [ -e "$library.so" ] || no "FATAL:  could not access file \"$library\": No such file or directory" ;;
                        *) [ -z "$libraries" ] || [ "$(asked dynamic_library_path)" != '$libdir' ] || [ -e "$libraries/${library#\$libdir/}" ] || [ -e "$libraries/${library#\$libdir/}.so" ] \
                            || no "FATAL:  could not access file \"$library\": No such file or directory" ;;
                    esac
                done
                if [ "$(asked ssl)" = on ]; then
                    for setting in ssl_cert_file ssl_key_file; do
                        file=$(asked $setting)
                        case $file in /*) ;; *) file=$data/$file ;; esac
                        [ -r "$file" ] || no "FATAL:  could not read $setting \"$file\""
                    done
                fi
            fi
            if [ "$major" -ge 15 ]; then
                need=$(tr -d -c 0-9 < "$try/.said")
                total=$(sed -n -E 's/^(MemTotal|SwapTotal): *([0-9]+) kB/\2/p' /proc/meminfo | paste -s -d + | xargs -I{} sh -c 'echo $((({}) / 1024))')
                [ -z "$need" ] || [ -z "$total" ] || [ "$need" -le "$total" ] || no "the server would ask for $need MB of shared memory, and the host has $total MB, swap included"
            fi
            # The memory, for real and for a moment. Huge pages may all be the running server's own, so they are counted.
            if [ "$(cat /proc/sys/vm/overcommit_memory 2> /dev/null)" != 2 ]; then
                if [ "$major" -ge 15 ]; then mode='--check -F'; else mode='--boot -x0 -F'; fi
                if ! said=$(server "$mode" -c huge_pages=off); then
                    said=$(server_words "$said")
                    [ -n "$said" ] && no "$said"
                fi
            fi
            if [ "$major" -ge 15 ] && [ "$(asked huge_pages)" = on ]; then
                need=$(asked shared_memory_size_in_huge_pages)
                total=$(sed -n 's/^HugePages_Total: *//p' /proc/meminfo)
                [ "${need:-0}" -le "${total:-0}" ] || no "huge_pages = on needs $need huge pages, and the host has $total"
            fi
            asked unix_socket_directories | tr ',' '\n' | sed -e 's/^ *//' -e 's/ *$//' -e 's/^"\(.*\)"$/\1/' > "$try/.sockets"
            while read -r directory; do
                case $directory in '' | @*) continue ;; /*) ;; *) directory=$data/$directory ;; esac
                [ -d "$directory" ] && [ -w "$directory" ] || no "unix_socket_directories: $directory is not a directory that $(id -un) can write to"
            done < "$try/.sockets"
            if [ "$(asked logging_collector)" = on ]; then
                directory=$(asked log_directory)
                case $directory in /*) ;; *) directory=$data/$directory ;; esac
                if [ -e "$directory" ]; then near=$directory; else near=$(dirname "$directory"); fi
                [ -d "$near" ] && [ -w "$near" ] || no "log_directory: $directory is not a directory that $(id -un) can write to"
            fi
            slots=$(ls "$data/pg_replslot" 2> /dev/null | wc -l)
            allowed=$(asked max_replication_slots)
            [ "$slots" -le "${allowed:-0}" ] || no "the server has $slots replication slots, more than max_replication_slots = $allowed"
            case $(asked wal_level) in
                minimal) [ "$slots" -eq 0 ] || no "$slots replication slots exist, and wal_level = minimal cannot carry them" ;;
                replica)
                    for state in "$data"/pg_replslot/*/state; do
                        # A slot of a database is a logical one; which database follows the name in its file.
                        [ -r "$state" ] && [ "$(od -An -t u4 -j 80 -N 4 "$state" | tr -d ' ')" != 0 ] || continue
                        name=${state%/state}
                        no "logical replication slots exist (${name##*/}), and wal_level = replica cannot carry them"
                    done ;;
            esac
            exit 0
        )
        # Why a standby would not start beside its primary, as the control file knows that one's settings; they come with the WAL.
        try_standby() (
            [ -f "$data/standby.signal" ] || exit 0
            asked() { "$bin/postgres" -D "$data" -C "$1" 2> /dev/null; }
            tries=50
            while :; do
                short=
                for pair in max_connections:max_connections max_worker_processes:max_worker_processes max_wal_senders:max_wal_senders max_prepared_xacts:max_prepared_transactions max_locks_per_xact:max_locks_per_transaction; do
                    there=$("$bin/pg_controldata" -D "$data" 2> /dev/null | sed -n "s/^${pair%%:*} setting: *//p")
                    here=$(asked "${pair#*:}")
                    [ -z "$there" ] || [ -z "$here" ] || [ "$here" -ge "$there" ] || short="${pair#*:} = $here is lower than on the primary ($there), and a standby does not start with that"
                done
                [ -z "$short" ] && exit 0
                tries=$((tries - 1))
                [ $tries -gt 0 ] || break
                sleep 0.2
            done
            printf '%s\n' "$short" >&2
            exit 66
        )
        # Puts the file $1 in the place of postgresql.auto.conf, in one rename.
        put_settings() { chmod 600 "$1" && sync "$1" && mv -T "$1" "$data/postgresql.auto.conf" && sync "$data"; }

        """;
}
