# What runs on one machine, and where its parts lie. Sourced after the others; `binaries` and `state` are set.

readonly api_port=7080 link_port=7443 beat_port=7444 postgres_port=54329 etcd_port=23790 names_port=7053
# The site and the host of each process that is no node.
declare -A site_of=() host_of=()

# lay_out [ADDRESS [ADDRESS6]]: the paths and addresses; ADDRESS is where site a's phones find us, and ADDRESS6 where
# they do by IPv6 besides. A `layout` that is
# set says otherwise: where machines are on networks of their own, it names their `network_of`, the
# `interface` at which service addresses come and go, what proves that they lead there, and the word that
# nodes die of; and where there are several control planes (`replicas`), Postgres (`servers`) members of
# etcd (`members`) and name servers (`name_servers`), these with the site and host of each.
lay_out() {
  phones_a=${1:-127.0.1.1} trunks_a=127.0.1.10 phones_b=127.0.2.1 trunks_b=127.0.2.10
  phones_a6=${2:-} trunks_a6= phones_b6= trunks_b6=
  carrier=127.0.3.1:5060 interface= proof_a=binding proof_b=binding
  deadly_word=
  replicas=(control-plane) servers=(postgres) members=(etcd) name_servers=(names)
  site_of=([control-plane]=a [postgres]=a [etcd]=a [names]=a)
  host_of=([control-plane]=127.0.0.1 [postgres]=127.0.0.1 [etcd]=127.0.0.1 [names]=127.0.0.1)
  # shellcheck disable=SC1090 # made by Infra/lab/up
  [ -z "${layout:-}" ] || . "$layout"
  secrets=$state/secrets certificates=$state/certificates configuration=$state/configuration
  api=$(api_of "${replicas[0]}")
  # Stopped in this order: who needs another goes first.
  process_names=(node-a1 node-a2 node-b1 "${replicas[@]}" "${name_servers[@]}" "${servers[@]}" "${members[@]}")
  postgres_user=$(unprivileged postgres) etcd_user=$(unprivileged etcd)
  data=$(data_directory)
  mkdir --parents "$configuration" "$secrets"
  chmod 700 "$secrets"
}

api_of() { echo "http://${host_of[$1]}:$api_port"; }

# addresses_of SITE: the IP addresses of its service addresses, a line each.
addresses_of() {
  local name
  for name in "phones_$1" "trunks_$1" "phones_${1}6" "trunks_${1}6"; do
    [ -z "${!name}" ] || echo "${!name}"
  done
}

# endpoints_of ROLE SITE: where SIP arrives at the site's address for `phones` or `trunks`, as its nodes' settings
# have it.
endpoints_of() {
  local ip=$1_$2 ip6=$1_${2}6
  echo "${!ip}:5060${!ip6:+ [${!ip6}]:5060}"
}

# certificate_of REPLICA: also its name to the nodes.
certificate_of() { echo "cp-${site_of[$1]}"; }

# hosts_for SITE PROCESS...: where these run, a line each; the site's own is asked first.
hosts_for() {
  local process near=() far=()
  for process in "${@:2}"; do
    if [ "${site_of[$process]}" = "$1" ]; then near+=("${host_of[$process]}"); else far+=("${host_of[$process]}"); fi
  done
  near+=("${far[@]}")
  printf '%s\n' "${near[@]}"
}

# patroni_directory SERVER: what its Patroni is told, passwords among it.
patroni_directory() { echo "$data/patroni-${site_of[$1]}"; }

# socket_directory SERVER: with its data, unless others copy these.
socket_directory() { if [ ${#servers[@]} = 1 ]; then echo "$data/$1"; else patroni_directory "$1"; fi; }

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
  for other in "${servers[@]}"; do make_directory_for "$postgres_user" "$data/$other"; done
  for other in "${members[@]}"; do make_directory_for "$etcd_user" "$data/$other"; done
}

# remove_data DIRECTORY: unless a server still works in it.
remove_data() {
  local pid_file
  for pid_file in "$1"/postgres*/postmaster.pid; do
    if [ -s "$pid_file" ] && kill -0 "$(head --lines 1 "$pid_file")" 2>/dev/null; then return; fi
  done
  rm --recursive --force "$1"
}

# make_secret FILE BYTES: random, in hexadecimal, once.
make_secret() { [ -s "$1" ] || (umask 077 && openssl rand -hex "$2" >"$1"); }

# MARK: - Settings

# write_control_plane_settings REPLICA
write_control_plane_settings() {
  local site=${site_of[$1]} server names=null
  for server in "${name_servers[@]}"; do
    [ "${site_of[$server]}" != "$site" ] || names=$(names_settings "$server")
  done
  jq --null-input --argjson names "$names" \
    --arg secrets "$secrets" --arg certificates "$certificates" \
    --arg host "${host_of[$1]}" --arg name "$(certificate_of "$1")" --arg site "$site" \
    --argjson api "$api_port" --argjson link "$link_port" --argjson beats "$beat_port" \
    --arg servers "$(hosts_for "$site" "${servers[@]}")" --argjson postgres "$postgres_port" \
    --arg members "$(hosts_for "$site" "${members[@]}")" --arg etcd "$etcd_port" \
    --argjson across "$([ ${#replicas[@]} -gt 1 ] && echo true || echo false)" '{
      $name, $site, generation: 1, "log-level": "info",
      api: {$host, port: $api},
      link: {$host, port: $link, certificate: "\($certificates)/\($name).crt",
        key: "\($certificates)/\($name).key", authority: "\($certificates)/authority.crt"},
      beats: {$host, port: $beats},
      postgres: {host: ($servers | gsub("\n"; ",")), port: $postgres, database: "tandem",
        user: "tandem_server", "password-file": "\($secrets)/postgres-server",
        "owner-user": "tandem_owner", "owner-password-file": "\($secrets)/postgres-owner"},
      etcd: {endpoints: [$members | split("\n")[] | "http://\(.):\($etcd)"],
        member: "http://\($members | split("\n")[0]):\($etcd)"},
      placement: {$across}
    } + if $names then {$names} else {} end' >"$configuration/$1.json"
}

# replicas_for_nodes: as their settings name each control plane, a line each.
replicas_for_nodes() {
  local replica
  for replica in "${replicas[@]}"; do
    echo "$(certificate_of "$replica") ${host_of[$replica]} $link_port $beat_port"
  done
}

# write_node_settings NODE SITE PROOF: should the other site be lost, its addresses' calls
# are carried on there.
write_node_settings() {
  local node=$1 other=b
  [ "$2" = a ] || other=a
  mkdir --parents "$state/nodes/$node"
  chmod 700 "$state/nodes/$node"
  make_secret "$secrets/$node-snapshots" 32
  jq --null-input --arg node "$node" --arg site "$2" --arg phones "$(endpoints_of phones "$2")" \
    --arg trunks "$(endpoints_of trunks "$2")" \
    --arg state "$state/nodes/$node" --arg secrets "$secrets" --arg certificates "$certificates" \
    --arg other "$other" --arg replicas "$(replicas_for_nodes)" --arg proof "$3" --arg music "$music" \
    --arg recordings "$recordings" --arg spoken "$state/sounds" --arg deadly "$deadly_word" '{
      name: $node, site: $site, "log-level": "info", state: $state, $proof,
      addresses: ["phones-\($site) phones \($phones)", "trunks-\($site) trunks \($trunks)"],
      "stands-by-for": ["phones-\($other) phones", "trunks-\($other) trunks"],
      "relay-ports": {first: 20000, last: 29999}, replicas: ($replicas | split("\n")),
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

# run_postgres SERVER FINGERPRINT: one that is alone.
run_postgres() {
  place_of "$1"
  require_port tcp "${host_of[$1]}" "$postgres_port" Postgres
  start_postgres "$data/$1" "$postgres_user" "$postgres_port" "$2"
}

# run_etcd MEMBER FINGERPRINT
run_etcd() {
  local member cluster=()
  place_of "$1"
  require_port tcp "${host_of[$1]}" "$etcd_port" "$1"
  require_port tcp "${host_of[$1]}" $((etcd_port + 1)) "$1, between members"
  for member in "${members[@]}"; do cluster+=("$member=http://${host_of[$member]}:$((etcd_port + 1))"); done
  start_etcd "$1" "$data/$1" "$etcd_user" "${host_of[$1]}" "$etcd_port" \
    "$(joined , "${cluster[@]}")" "$2"
}

# run_control_plane REPLICA FINGERPRINT
run_control_plane() {
  local host=${host_of[$1]}
  place_of "$1"
  require_port tcp "$host" "$api_port" "API of $1"
  require_port tcp "$host" "$link_port" "node link of $1"
  require_port udp "$host" "$beat_port" "beats of $1"
  start_process "$1" "$(id -un)" "$2" \
    "$binaries/ControlPlaneServer" serve --config "$configuration/$1.json"
  wait_for_process "$1" 30 curl --fail --silent --max-time 2 "$(api_of "$1")/readyz"
}

# ensure_node NODE
ensure_node() {
  local node=$1 run=run_node site=${1#node-} addresses
  [ "$node" != node-a2 ] || run=run_heir
  site=${site%%[0-9]*}
  mapfile -t addresses < <(addresses_of "$site")
  ensure "$node" "$binaries/Keeper $binaries/MediaNodeServer $configuration/$node.json \
    $certificates/$node.crt $certificates/sip-$site.crt" "$run" "$node" "${addresses[@]}"
}

# run_node NODE ADDRESS... FINGERPRINT: its keeper holds the sockets of these addresses, unless
# another node of the site has taken them over.
run_node() {
  local node=$1 addresses=("${@:2:$#-2}") address socket sockets=()
  place_of "$node"
  for address in "${addresses[@]}"; do
    for socket in "udp $address 5060" "tcp $address 5060" "tcp $address 5061"; do
      # shellcheck disable=SC2086 # transport, address and port
      [ "$interface" ] || is_running node-a2 || require_port $socket "$node, SIP"
      [[ $address != *:* ]] || socket=${socket/"$address"/"[$address]"}
      sockets+=(--wanted "${socket// /:}")
    done
  done
  keep_node "$node" "${!#}" "${sockets[@]}"
  # Where addresses move, it lets go of those at once that another has.
  [ -z "$interface" ] || return 0
  place_of "$node"
  for address in "${addresses[@]}"; do wait_for_process "$node" 10 port_is_bound "$address"; done
}

# run_heir NODE ADDRESS... FINGERPRINT: it holds nothing until something is given to it; on a
# machine of its own nobody else has the sockets.
run_heir() { if [ "$interface" ]; then run_node "$@"; else keep_node "$1" "${!#}"; fi; }

# keep_node NODE FINGERPRINT [OPTION...]
keep_node() {
  local where=()
  [ -z "$interface" ] || where=(--interface "$interface")
  start_process "$1" "$(id -un)" "$2" \
    "$binaries/Keeper" --spare-after 3 "${where[@]}" "${@:3}" -- \
    "$binaries/MediaNodeServer" --config "$configuration/$1.json"
}

port_is_bound() { [ -n "$("${place[@]}" ss --no-header --listening --numeric --udp "src = $([[ $1 == *:* ]] && echo "[$1]" || echo "$1") and sport = :5060")" ]; }

# stop_all [NAME...]: all, or those named, each after those that need it.
stop_all() {
  local name order=("${process_names[@]}")
  [ ${#servers[@]} = 1 ] || mapfile -t order < <(standbys_first)
  for name in "${order[@]}"; do
    [ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
    # Postgres: TERM waits for its clients, INT does not. Patroni sees to that by itself.
    if [ "$name" = postgres ]; then stop_process "$name" INT; else stop_process "$name"; fi
    [ ${#servers[@]} = 1 ] || [[ $name != postgres-* ]] || end_postmaster INT "$name"
  done
}
