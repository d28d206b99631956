#!/usr/bin/env bash
# compare.sh PICTURES HOST PORT...   exit 1 when a picture differs; clusters side by side
set -uo pipefail
pictures=$1 host=$2; shift 2
here=$(dirname "$0")
pids=()
for port in "$@"; do
    ( bash "$here/picture.sh" "$host" "$port" | diff "$pictures/$port.txt" - ) &
    pids+=($!)
done
status=0
for pid in "${pids[@]}"; do wait "$pid" || status=1; done
exit $status
