#!/usr/bin/env bash
# What a DBA has without any tool: one text picture of a cluster, to be compared with the one kept in Git.
#   picture.sh HOST PORT     (PGPASSWORD set)
set -euo pipefail
host=$1 port=$2
pg_dumpall -h "$host" -p "$port" -U postgres -l postgres -g --no-role-passwords | grep -vE '^(--|\\|$)'
psql -h "$host" -p "$port" -U postgres -d postgres -XqAt \
  -c "select 'setting ' || name || ' = ' || setting from pg_settings where source not in ('default', 'override', 'client') and name not in ('application_name', 'client_encoding') order by 1" \
  -c "select 'database ' || datname || ' owner ' || pg_get_userbyid(datdba) || ' encoding ' || pg_encoding_to_char(encoding) || ' limit ' || datconnlimit from pg_database order by 1" \
  -c "select 'scoped ' || coalesce(d.datname, '*') || ' ' || coalesce(r.rolname, '*') || ' ' || array_to_string(setconfig, ',') from pg_db_role_setting s left join pg_database d on d.oid = setdatabase left join pg_roles r on r.oid = setrole order by 1"
