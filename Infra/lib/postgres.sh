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

# make_cluster DIRECTORY USER: only where there is none yet. Its superuser is USER, known by the
# kernel's word on the socket inside the directory; everybody else needs a password.
make_cluster() {
  local directory=$1 user=$2
  ! as_user "$user" test -s "$directory/PG_VERSION" || return 0
  as_user "$user" "$postgres_programs/initdb" --pgdata "$directory" --username "$user" \
    --auth-local peer --auth-host scram-sha-256 --encoding UTF8 --locale C.UTF-8 \
    >"$state/log/initdb.log" 2>&1 || {
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
  place_of postgres
  wait_for_process postgres 60 "${place[@]}" "$postgres_programs/pg_isready" --quiet --host 127.0.0.1 \
    --port "$port"
}

# make_roles OWNER-PASSWORD-FILE SERVER-PASSWORD-FILE: the owner migrates, the server works under row-level
# security and may not step around it. Passwords travel by the pipe.
make_roles() {
  local owner_password server_password
  owner_password=$(<"$1") server_password=$(<"$2")
  as_administrator postgres >/dev/null <<SQL
SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['tandem_owner', 'tandem_server']) name
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE tandem_owner PASSWORD '$owner_password' NOSUPERUSER NOBYPASSRLS NOCREATEROLE;
ALTER ROLE tandem_server PASSWORD '$server_password' NOSUPERUSER NOBYPASSRLS NOCREATEROLE;
SELECT 'CREATE DATABASE tandem OWNER tandem_owner'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'tandem') \gexec
REVOKE ALL ON DATABASE tandem FROM PUBLIC;
GRANT CONNECT ON DATABASE tandem TO tandem_server;
SQL
}

# as_administrator DATABASE [OPTION...]: psql as the superuser at the server that takes writes, reached by its socket:
# one of `servers` of installation.sh.
as_administrator() {
  local server directories=()
  for server in "${servers[@]}"; do directories+=("$(socket_directory "$server")"); done
  as_user "$postgres_user" psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname \
    "host=$(joined , "${directories[@]}") port=$postgres_port user=$postgres_user dbname=$1 \
    target_session_attrs=read-write" "${@:2}"
}
