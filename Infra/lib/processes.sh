# Processes that outlive the command which starts them. Sourced; `state` is the state directory.
#
# A pid alone proves nothing: numbers are used again. A process is ours when it still has the start
# time that was noted and its environment carries this state's marker, so that stopping can never
# meet a stranger.

# The network that each process runs in, as a file; that of this script where none is named.
declare -A network_of=()
# What each process has in its environment besides, a line for each variable.
declare -A environment_of=()
# What runs a program in the network of the process that `place_of` named last.
place=()

# place_of NAME
place_of() {
  if [ -n "${network_of[$1]:-}" ]; then place=(nsenter --net="${network_of[$1]}" --); else place=(); fi
}

# processes_in STATE: prepares the directory, and its marker at the first time.
processes_in() {
  state=$1
  mkdir --parents "$state/run" "$state/log"
  [ -s "$state/marker" ] || cat /proc/sys/kernel/random/uuid >"$state/marker"
  marker=$(<"$state/marker")
}

# Field 22 of proc(5)'s stat, counted behind the name, which may contain spaces.
start_time_of() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut --delimiter ' ' --fields 20; }

# start_process NAME USER FINGERPRINT COMMAND...: runs COMMAND in a session of its own, away from
# this terminal's Ctrl-C, and notes what will prove that it is ours.
start_process() {
  local name=$1 user=$2 fingerprint=$3 as=() variables=() pid place
  shift 3
  place_of "$name"
  [ "$user" = "$(id -un)" ] || as=(setpriv --reuid "$user" --regid "$user" --init-groups --)
  [ -z "${environment_of[$name]:-}" ] || mapfile -t variables <<<"${environment_of[$name]}"
  TANDEM_STARTED_BY=$marker setsid "${place[@]}" "${as[@]}" env "${variables[@]}" "$@" \
    </dev/null >>"$state/log/$name.log" 2>&1 9>&- &
  pid=$!
  # Before it is that command it is a copy of this script.
  while [ -e "/proc/$pid" ] && ! is_zombie "$pid" && ! bears_marker "$pid"; do sleep 0.01; done
  printf '%s %s %s\n' "$pid" "$(start_time_of "$pid")" "$fingerprint" >"$state/run/$name.pid"
  started+=("$name")
}

# is_running NAME: sets `pid` and `fingerprint` where the process lives and is ours.
is_running() {
  local noted_start
  pid= fingerprint=
  [ -s "$state/run/$1.pid" ] || return 1
  read -r pid noted_start fingerprint <"$state/run/$1.pid"
  [ -n "$noted_start" ] && [ "$(start_time_of "$pid")" = "$noted_start" ] || return 1
  bears_marker "$pid"
}

# bears_marker PID: whoever was started by one of ours bears it too. For a moment, while a process becomes another
# program, it has no environment at all.
bears_marker() {
  local environment tries=0
  until environment=$({ tr '\0' '\n' <"/proc/$1/environ"; } 2>/dev/null) && [ -n "$environment" ]; do
    [ -r "/proc/$1/environ" ] && ! is_zombie "$1" && [ $((tries += 1)) -le 20 ] || return 1
    sleep 0.01
  done
  ! is_zombie "$1" && grep --quiet --line-regexp --fixed-strings "TANDEM_STARTED_BY=$marker" <<<"$environment"
}

is_zombie() { grep --quiet '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

# stop_process NAME [SIGNAL]: asks it to end, and after 10 s kills its session.
stop_process() {
  local name=$1 signal=${2:-TERM} pid fingerprint tenths=0
  if is_running "$name"; then
    say "    stopping $name (pid $pid)"
    kill -s "$signal" "$pid" 2>/dev/null || true
    while is_running "$name" && [ $((tenths += 1)) -le 100 ]; do sleep 0.1; done
    if is_running "$name"; then
      say "    $name did not end within 10 s: killed"
      kill -s KILL -- "-$pid" 2>/dev/null || true
    fi
  fi
  rm --force "$state/run/$name.pid"
}

# wait_for_process NAME SECONDS COMMAND...: until COMMAND succeeds; says why where NAME died.
wait_for_process() {
  local name=$1 seconds=$2
  local deadline=$((SECONDS + seconds)) pid fingerprint
  shift 2
  until "$@" >/dev/null 2>&1; do
    is_running "$name" || report_death "$name"
    [ "$SECONDS" -lt "$deadline" ] || fail "$name is not ready after $seconds s, see $state/log/$name.log"
    sleep 0.1
  done
}

report_death() {
  tail --lines 5 "$state/log/$1.log" | sed 's/^/    /' >&2
  fail "$1 ended at once, see $state/log/$1.log"
}

# require_port PROTOCOL ADDRESS PORT PURPOSE: fails where somebody else has it, in the network of
# `place`. `tcp` or `udp`.
require_port() {
  local owner
  owner=$("${place[@]}" ss --no-header --listening --numeric --processes "--$1" "sport = :$3" | port_owner "$2")
  [ -z "$owner" ] || fail "port $3/$1 on $2 ($4) is taken by ${owner}: stop that, then try again"
}

# Reads ss, prints who holds ADDRESS or every address.
port_owner() {
  awk -v address="$1" '
    { local = $4; sub(/:[0-9]+$/, "", local); gsub(/[][]|%.*/, "", local) }
    local == address || local == "*" || local == "0.0.0.0" || local == "::" || address == "0.0.0.0" {
      who = "another user'"'"'s process"
      if (match($0, /\(\("[^"]*",pid=[0-9]+/)) {
        who = substr($0, RSTART + 3, RLENGTH - 3)
        sub(/",pid=/, " (pid ", who); who = who ")"
      }
      print who; exit
    }'
}

# raise_file_limit: sockets of many calls need more descriptors than a shell's usual 1,024.
raise_file_limit() {
  local most
  most=$(ulimit -Hn)
  if [ "$most" = unlimited ] || [ "$most" -gt 65536 ]; then most=65536; fi
  ulimit -Sn "$most"
}
