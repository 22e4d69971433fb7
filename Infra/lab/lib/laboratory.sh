# The laboratory: where it lies, and its network. Sourced after Infra/lib's output and processes;
# `laboratory` is its directory.

# What Infra/up is given; it lies inside.
readonly lab_phones=127.0.1.1 lab_trunks=127.0.1.10
# The generator's carrier and phones have one address.
readonly lab_outside=127.0.3.1
readonly lab_domain=laboratory.tandem.test

# open_laboratory DIRECTORY: one command at a time works on it.
open_laboratory() {
  mkdir --parents "$1"
  laboratory=$(realpath "$1") site=$laboratory/site
  exec 9>"$laboratory/lock"
  flock --nonblock 9 || { say "Waiting for another command on $laboratory"; flock 9; }
  started=()
  processes_in "$laboratory"
}

# A namespace lives as long as a process in it: this one, whose clock may stand still.
start_network() {
  local pid fingerprint
  ! is_running network || return 0
  start_process network "$(id -un)" - \
    unshare --net -- sh -c 'ip link set lo up && exec sleep infinity'
  wait_for_process network 10 network_is_up
}

network_is_up() { is_running network && inside ip -oneline address show to 127.0.0.1 | grep --quiet inet; }

# inside COMMAND...: in the laboratory's network.
inside() {
  local pid fingerprint
  is_running network || fail "the laboratory is not up: Infra/lab/up sets it up"
  nsenter --net="/proc/$pid/ns/net" -- "$@"
}

require_namespaces() {
  unshare --net true 2>/dev/null ||
    fail "no network namespace to be had: the laboratory wants root, or CAP_SYS_ADMIN"
}

# lab_setting NAME: what Infra/lab/up noted.
lab_setting() { jq --raw-output --arg name "$1" '.[$name] // empty' "$laboratory/settings.json"; }

load_average() { cut --delimiter ' ' --fields 1-3 /proc/loadavg; }
