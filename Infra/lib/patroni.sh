# Postgres at several sites: each under a Patroni, which the members of etcd tell who takes writes. Sourced after
# installation.sh. Why these settings: Runbooks/Decisions/postgres-in-several-sites.md.

readonly patroni_port=54330

# write_patroni_settings SERVER: JSON, which is YAML too. For Postgres alone, for there are passwords in it.
write_patroni_settings() {
  local directory
  directory=$(patroni_directory "$1")
  make_directory_for "$postgres_user" "$directory"
  (umask 077 && patroni_settings "$1" >"$directory/settings.json")
  [ "$postgres_user" = "$(id -un)" ] || chown "$postgres_user:" "$directory/settings.json"
}

patroni_settings() {
  jq --null-input --arg name "$1" --arg host "${host_of[$1]}" --arg directory "$data/$1" --arg own "$(patroni_directory "$1")" \
    --arg programs "$postgres_programs" --arg user "$postgres_user" --arg port "$postgres_port" \
    --arg ours "$patroni_port" --arg peers "$(hosts_for "${site_of[$1]}" "${servers[@]}")" \
    --arg members "$(hosts_for "${site_of[$1]}" "${members[@]}")" --arg etcd "$etcd_port" \
    --rawfile administrator "$secrets/postgres-administrator" --rawfile standby "$secrets/postgres-standby" '
    def password: rtrimstr("\n");
    {
      scope: "tandem", namespace: "/patroni/", $name,
      restapi: {listen: "\($host):\($ours)", connect_address: "\($host):\($ours)"},
      etcd3: {hosts: [$members | split("\n")[] | "\(.):\($etcd)"]},
      bootstrap: {
        dcs: {
          ttl: 20, loop_wait: 5, retry_timeout: 5, synchronous_mode: true, synchronous_mode_strict: true,
          failsafe_mode: true, master_start_timeout: 0,
          postgresql: {use_pg_rewind: true, use_slots: true}},
        initdb: [{encoding: "UTF8"}, {locale: "C.UTF-8"}, "data-checksums"]},
      postgresql: {
        listen: "\($host):\($port)", connect_address: "\($host):\($port)",
        data_dir: $directory, bin_dir: $programs, use_unix_socket: true, pgpass: "\($own)/pgpass",
        parameters: {unix_socket_directories: $own},
        basebackup: {checkpoint: "fast"},
        authentication: {
          superuser: {username: $user, password: ($administrator | password)},
          replication: {username: "tandem_standby", password: ($standby | password)}},
        pg_hba: (["local all \($user) peer", "host all tandem_owner,tandem_server all scram-sha-256"]
          + [$peers | split("\n")[] | "host all \($user) \(.)/32 scram-sha-256",
             "host replication tandem_standby \(.)/32 scram-sha-256"])}
    }'
}

# Where there are no databases yet, the first makes them and the others copy them.
start_cluster() {
  local server fresh=
  make_secret "$secrets/postgres-administrator" 24
  make_secret "$secrets/postgres-standby" 24
  as_user "$postgres_user" test -s "$data/${servers[0]}/PG_VERSION" || fresh=yes
  for server in "${servers[@]}"; do
    write_patroni_settings "$server"
    ensure "$server" "" run_patroni "$server"
    [ -z "$fresh" ] || wait_for_process "$server" 60 takes_writes "$server"
    fresh=
  done
  wait_until 90 "one Postgres taking writes and the others following it" cluster_is_whole
}

# run_patroni SERVER FINGERPRINT: what a Patroni that was killed has left goes first.
run_patroni() {
  place_of "$1"
  end_postmaster INT "$1"
  require_port tcp "${host_of[$1]}" "$postgres_port" "Postgres of $1"
  require_port tcp "${host_of[$1]}" "$patroni_port" "Patroni of $1"
  start_process "$1" "$postgres_user" "$2" env LC_ALL=C.UTF-8 --chdir=/ \
    patroni "$(patroni_directory "$1")/settings.json"
}

# postmaster_of SERVER: its pid, where it lives and is ours.
postmaster_of() {
  local pid
  pid=$(head --lines 1 "$data/$1/postmaster.pid" 2>/dev/null) && bears_marker "$pid" && echo "$pid"
}

# end_postmaster SIGNAL SERVER: INT waits for nobody but the disk.
end_postmaster() {
  local pid tenths=0
  pid=$(postmaster_of "$2") || return 0
  kill -s "$1" "$pid" 2>/dev/null || return 0
  while bears_marker "$pid" && [ $((tenths += 1)) -le 100 ]; do sleep 0.1; done
}

# asks_patroni SERVER PATH [OPTION...]: Patroni answers with 200, and what it says; the options are curl's.
asks_patroni() {
  local place
  place_of "$1"
  "${place[@]}" curl --fail --silent --max-time 3 "${@:3}" "http://${host_of[$1]}:$patroni_port/$2"
}

takes_writes() { asks_patroni "$1" primary >/dev/null; }

# The one that takes writes, if any.
primary_server() {
  local server
  for server in "${servers[@]}"; do
    ! takes_writes "$server" || { echo "$server" && return; }
  done
  return 1
}

# What one of them knows of all: `members`, each with `name`, `role`, `state` and `timeline`.
cluster_seen() {
  local server
  for server in "${servers[@]}"; do
    ! asks_patroni "$server" cluster || return 0
  done
  return 1
}

# One takes writes, another has whatever was committed, and all follow the same history.
cluster_is_whole() {
  cluster_seen | jq --exit-status --argjson servers ${#servers[@]} '.members
    | length == $servers and all(.state == "running" or .state == "streaming")
      and (map(select(.role == "leader")) | length == 1) and any(.role == "sync_standby")
      and (map(.timeline) | unique | length == 1)'
}

# The processes in the order in which they are stopped, the Postgres that takes writes after those that would
# take its place.
standbys_first() {
  local primary name
  primary=$(primary_server) || primary=
  for name in "${process_names[@]}"; do
    [ "$name" != "$primary" ] || continue
    [ "$name" != "${members[0]}" ] || [ -z "$primary" ] || echo "$primary"
    echo "$name"
  done
}
