# A private Postgres 15 cluster as an ordinary child process. Sourced after output and processes.

readonly postgres_programs=/usr/lib/postgresql/15/bin

# The user for servers that refuse root, or need no rights: the package's own when we are root.
unprivileged() { if [ "$(id -u)" = 0 ]; then echo "$1"; else id -un; fi; }

# make_directory_for USER DIRECTORY: owned by USER, closed to others.
make_directory_for() {
  mkdir --parents "$2"
  [ "$1" = "$(id -un)" ] || chown "$1:" "$2"
  chmod 700 "$2"
}

# as_user USER COMMAND...: in a directory that every user may enter.
as_user() {
  local user=$1
  shift
  if [ "$user" = "$(id -un)" ]; then (cd / && "$@"); else
    (cd / && setpriv --reuid "$user" --regid "$user" --init-groups -- "$@")
  fi
}

# make_cluster DIRECTORY USER SUPERUSER-PASSWORD-FILE: only where there is none yet.
make_cluster() {
  local directory=$1 user=$2 password_file=$3
  as_user "$user" test ! -s "$directory/PG_VERSION" || return 0
  # The password goes in by an open file, so that USER need not reach ours.
  as_user "$user" "$postgres_programs/initdb" --pgdata "$directory" --username tandem_superuser \
    --pwfile /dev/stdin --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 \
    <"$password_file" >>"$state/log/initdb.log" 2>&1 || {
    tail --lines 3 "$state/log/initdb.log" >&2
    fail "Postgres could not make its cluster, see $state/log/initdb.log"
  }
}

# start_postgres DIRECTORY USER PORT FINGERPRINT [OPTION...]: options as `-c name=value`.
start_postgres() {
  local directory=$1 user=$2 port=$3 fingerprint=$4
  shift 4
  start_process postgres "$user" "$fingerprint" "$postgres_programs/postgres" -D "$directory" \
    -c listen_addresses=127.0.0.1 -c "port=$port" -c "unix_socket_directories=$directory" "$@"
  wait_for_process postgres 60 "$postgres_programs/pg_isready" --quiet --host 127.0.0.1 \
    --port "$port"
}
