# What runs on one machine, and where its parts lie. Sourced last; `binaries` and `state` are set.

readonly api_port=7080 link_port=7443 beat_port=7444 postgres_port=54329 etcd_port=23790
# Stopped in this order: who needs another goes first.
readonly process_names=(node-a1 node-a2 node-b1 control-plane etcd postgres)

# lay_out [ADDRESS]: the paths and addresses; ADDRESS is where site a's phones find us. A `layout` that is
# set says otherwise: where machines are on networks of their own, it names their `network_of`, the
# `interface` at which service addresses come and go, what proves that they lead there, and the word that
# nodes die of.
lay_out() {
  phones_a=${1:-127.0.1.1} trunks_a=127.0.1.10 phones_b=127.0.2.1 trunks_b=127.0.2.10
  carrier=127.0.3.1:5060 control_host=127.0.0.1 interface= proof_a=binding proof_b=binding
  deadly_word=
  # shellcheck disable=SC1090 # made by Infra/lab/up
  [ -z "${layout:-}" ] || . "$layout"
  secrets=$state/secrets certificates=$state/certificates configuration=$state/configuration
  api=http://$control_host:$api_port
  postgres_user=$(unprivileged postgres) etcd_user=$(unprivileged etcd)
  data=$(data_directory)
  mkdir --parents "$configuration" "$secrets"
  chmod 700 "$secrets"
}

# Servers that run as users of their own cannot reach into a home directory.
data_directory() { if [ "$(id -u)" = 0 ]; then echo "/var/lib/tandem/$marker"; else echo "$state/data"; fi; }

# make_data_directories: also removes what a state directory of this path left that is no more.
make_data_directories() {
  local other
  if [ "$(id -u)" = 0 ]; then
    mkdir --parents "$data"
    for other in /var/lib/tandem/*/state-directory; do
      [ -e "$other" ] && [ "$other" != "$data/state-directory" ] || continue
      [ "$(<"$other")" != "$state" ] || remove_data "$(dirname "$other")"
    done
    printf '%s\n' "$state" >"$data/state-directory"
  fi
  mkdir --parents "$data"
  make_directory_for "$postgres_user" "$data/postgres"
  make_directory_for "$etcd_user" "$data/etcd"
}

# remove_data DIRECTORY: unless a server still works in it.
remove_data() {
  local pid_file=$1/postgres/postmaster.pid
  if [ -s "$pid_file" ] && kill -0 "$(head --lines 1 "$pid_file")" 2>/dev/null; then return; fi
  rm --recursive --force "$1"
}

# make_secret FILE BYTES: random, in hexadecimal, once.
make_secret() { [ -s "$1" ] || (umask 077 && openssl rand -hex "$2" >"$1"); }

# MARK: - Settings

write_control_plane_settings() {
  jq --null-input --arg secrets "$secrets" --arg certificates "$certificates" \
    --arg host "$control_host" --argjson api "$api_port" --argjson link "$link_port" --argjson beats "$beat_port" \
    --argjson postgres "$postgres_port" --arg etcd "http://127.0.0.1:$etcd_port" '{
      name: "cp-a", site: "a", generation: 1, "log-level": "info",
      api: {$host, port: $api},
      link: {$host, port: $link, certificate: "\($certificates)/cp-a.crt",
        key: "\($certificates)/cp-a.key", authority: "\($certificates)/authority.crt"},
      beats: {$host, port: $beats},
      postgres: {host: "127.0.0.1", port: $postgres, database: "tandem",
        user: "tandem_server", "password-file": "\($secrets)/postgres-server",
        "owner-user": "tandem_owner", "owner-password-file": "\($secrets)/postgres-owner"},
      etcd: {endpoints: [$etcd]}
    }' >"$configuration/control-plane.json"
}

# write_node_settings NODE SITE PHONES-IP TRUNKS-IP PROOF
write_node_settings() {
  local node=$1
  mkdir --parents "$state/nodes/$node"
  chmod 700 "$state/nodes/$node"
  make_secret "$secrets/$node-snapshots" 32
  jq --null-input --arg node "$node" --arg site "$2" --arg phones "$3" --arg trunks "$4" \
    --arg state "$state/nodes/$node" --arg secrets "$secrets" --arg certificates "$certificates" \
    --arg replica "cp-a $control_host $link_port $beat_port" --arg proof "$5" --arg music "$music" \
    --arg recordings "$recordings" --arg spoken "$state/sounds" --arg deadly "$deadly_word" '{
      name: $node, site: $site, "log-level": "info", state: $state, $proof,
      addresses: ["phones-\($site) phones \($phones):5060", "trunks-\($site) trunks \($trunks):5060"],
      "relay-ports": {first: 20000, last: 29999}, replicas: [$replica],
      sounds: {music: $music, prompts: $recordings, synthesised: $spoken},
      "sip-tls": {certificate: "\($certificates)/sip-\($site).crt",
        key: "\($certificates)/sip-\($site).key"},
      certificate: "\($certificates)/\($node).crt", key: "\($certificates)/\($node).key",
      authority: "\($certificates)/authority.crt",
      "snapshot-key-file": "\($secrets)/\($node)-snapshots"
    } + if $deadly == "" then {} else {laboratory: {"deadly-word": $deadly}} end' >"$configuration/$node.json"
}

# MARK: - Processes

# ensure NAME FILES COMMAND [ARGUMENT...]: leaves a running process alone unless one of the
# (space-separated) FILES it was started from has changed since.
ensure() {
  local name=$1 files=$2 wanted pid fingerprint
  shift 2
  # shellcheck disable=SC2086 # one word per file
  wanted=$(fingerprint_of "$*" $files)
  if is_running "$name"; then
    [ "$fingerprint" != "$wanted" ] || { say "    $name runs already (pid $pid)"; return 0; }
    say "    $name has changed"
    stop_process "$name"
  fi
  "$@" "$wanted"
  is_running "$name"
  say "    $name started (pid $pid)"
}

# fingerprint_of TEXT FILE...: contents, or time and size where the file is a program.
fingerprint_of() {
  local file
  {
    printf '%s\n' "$1"
    shift
    for file; do
      if [ -x "$file" ]; then stat --dereference --format '%n %s %Y' "$file"; else cat "$file"; fi
    done
  } | sha256sum | cut --characters 1-32
}

run_postgres() {
  place_of postgres
  require_port tcp 127.0.0.1 "$postgres_port" Postgres
  start_postgres "$data/postgres" "$postgres_user" "$postgres_port" "$1"
}

run_etcd() {
  place_of etcd
  require_port tcp 127.0.0.1 "$etcd_port" etcd
  require_port tcp 127.0.0.1 $((etcd_port + 1)) "etcd, between members"
  start_etcd "$data/etcd" "$etcd_user" "$etcd_port" "$1"
}

run_control_plane() {
  place_of control-plane
  require_port tcp "$control_host" "$api_port" API
  require_port tcp "$control_host" "$link_port" "node link"
  require_port udp "$control_host" "$beat_port" beats
  start_process control-plane "$(id -un)" "$1" \
    "$binaries/ControlPlaneServer" serve --config "$configuration/control-plane.json"
  wait_for_process control-plane 30 curl --fail --silent --max-time 2 "$api/readyz"
}

# ensure_node NODE
ensure_node() {
  local node=$1 run=run_node site=${1#node-} phones trunks
  [ "$node" != node-a2 ] || run=run_heir
  site=${site%%[0-9]*}
  phones=phones_$site trunks=trunks_$site
  ensure "$node" "$binaries/Keeper $binaries/MediaNodeServer $configuration/$node.json \
    $certificates/$node.crt $certificates/sip-$site.crt" "$run" "$node" "${!phones}" "${!trunks}"
}

# run_node NODE PHONES-IP TRUNKS-IP FINGERPRINT: its keeper holds the sockets of these addresses, unless
# another node of the site has taken them over.
run_node() {
  local node=$1 phones=$2 trunks=$3 address socket sockets=()
  place_of "$node"
  for address in "$phones" "$trunks"; do
    for socket in "udp $address 5060" "tcp $address 5060" "tcp $address 5061"; do
      # shellcheck disable=SC2086 # transport, address and port
      [ "$interface" ] || is_running node-a2 || require_port $socket "$node, SIP"
      sockets+=(--wanted "${socket// /:}")
    done
  done
  keep_node "$node" "$4" "${sockets[@]}"
  # Where addresses move, it lets go of those at once that another has.
  [ -z "$interface" ] || return 0
  place_of "$node"
  wait_for_process "$node" 10 port_is_bound "$phones"
  wait_for_process "$node" 10 port_is_bound "$trunks"
}

# run_heir NODE PHONES-IP TRUNKS-IP FINGERPRINT: it holds nothing until something is given to it; on a
# machine of its own nobody else has the sockets.
run_heir() { if [ "$interface" ]; then run_node "$@"; else keep_node "$1" "$4"; fi; }

# keep_node NODE FINGERPRINT [OPTION...]
keep_node() {
  local where=()
  [ -z "$interface" ] || where=(--interface "$interface")
  start_process "$1" "$(id -un)" "$2" \
    "$binaries/Keeper" "${where[@]}" "${@:3}" -- \
    "$binaries/MediaNodeServer" --config "$configuration/$1.json"
}

port_is_bound() { [ -n "$("${place[@]}" ss --no-header --listening --numeric --udp "src = $1 and sport = :5060")" ]; }

# stop_all [NAME...]: all, or those named, each after those that need it.
stop_all() {
  local name signal
  for name in "${process_names[@]}"; do
    [ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
    # Postgres: TERM waits for its clients, INT does not.
    if [ "$name" = postgres ]; then signal=INT; else signal=TERM; fi
    stop_process "$name" "$signal"
  done
}
