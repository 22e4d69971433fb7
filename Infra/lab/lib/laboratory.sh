# The laboratory: where it lies. Sourced after Infra/lib's output and processes, and before network.sh;
# `laboratory` is its directory.

readonly lab_domain=laboratory.tandem.test

# open_laboratory DIRECTORY: one command at a time works on it.
open_laboratory() {
  mkdir --parents "$1"
  laboratory=$(realpath "$1") site=$laboratory/site layout=$laboratory/layout.sh
  exec 9>"$laboratory/lock"
  flock --nonblock 9 || { say "Waiting for another command on $laboratory"; flock 9; }
  started=()
  processes_in "$laboratory"
}

require_namespaces() {
  unshare --net true 2>/dev/null ||
    fail "no network namespace to be had: the laboratory wants root, or CAP_SYS_ADMIN"
}

# lab_setting NAME: what Infra/lab/up noted.
lab_setting() { jq --raw-output --arg name "$1" '.[$name] // empty' "$laboratory/settings.json"; }

load_average() { cut --delimiter ' ' --fields 1-3 /proc/loadavg; }
