# A name server beside each control plane: PowerDNS, which reads what that writes. Sourced after installation.sh.

# Debian has it where only root looks.
PATH=$PATH:/usr/sbin

# zones_of SERVER: its settings, its copy of the zones and its control socket.
zones_of() { echo "$data/$1"; }

# names_settings SERVER: what its control plane is told of it.
names_settings() {
  local server names=()
  for server in "${name_servers[@]}"; do names+=("ns-${site_of[$server]}.tandem.test"); done
  jq --null-input --arg folder "$(zones_of "$1")" '{$folder, servers: $ARGS.positional}' --args "${names[@]}"
}

# prepare_name_servers: without the program there are none, and calls are found by address.
prepare_name_servers() {
  local server folder
  command -v pdns_server >/dev/null || {
    say "    No pdns_server: names are left for later"
    name_servers=()
  }
  # The kernel's room for the name of a socket.
  [ ${#name_servers[@]} = 0 ] || [ "$(zones_of "${name_servers[0]}" | wc --chars)" -le 88 ] || {
    say "    $data is too long a name for a control socket: names are left out"
    name_servers=()
  }
  for server in "${name_servers[@]}"; do
    folder=$(zones_of "$server")
    mkdir --parents "$folder/zones"
    [ -e "$folder/named.conf" ] || : >"$folder/named.conf"
    write_name_settings "$server" >"$folder/pdns.conf"
  done
}

# write_name_settings SERVER: nothing is remembered of what it answered, since the files say what is true now, and
# nobody elsewhere is asked anything.
write_name_settings() {
  cat <<SETTINGS
launch=bind
bind-config=$(zones_of "$1")/named.conf
local-address=${host_of[$1]}
local-port=$names_port
socket-dir=$(zones_of "$1")
daemon=no
guardian=no
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
disable-axfr=yes
version-string=anonymous
security-poll-suffix=
SETTINGS
}

start_name_servers() {
  local server
  for server in "${name_servers[@]}"; do
    ensure "$server" "$(zones_of "$server")/pdns.conf" run_name_server "$server"
  done
}

# run_name_server SERVER FINGERPRINT
run_name_server() {
  place_of "$1"
  require_port udp "${host_of[$1]}" "$names_port" "$1"
  start_process "$1" "$(id -un)" "$2" pdns_server --config-dir="$(zones_of "$1")"
  wait_for_process "$1" 10 pdns_control --socket-dir="$(zones_of "$1")" rping
}
