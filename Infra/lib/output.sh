# What the scripts print, and how they give up. Sourced; `program` names the script.

say() { printf '%s\n' "$*"; }

# One clear line, and the end.
fail() {
  printf '%s: %s\n' "$program" "$*" >&2
  exit 1
}

# timed TITLE COMMAND...: runs a step that may take long, and says how long it took.
timed() {
  local title=$1 begun=$SECONDS
  shift
  say "==> $title"
  # Not part of a condition, or errexit would sleep inside it.
  "$@"
  say "    $title: $((SECONDS - begun)) s"
}

# wait_until SECONDS WHAT COMMAND...: asks every tenth of a second; fails after SECONDS.
wait_until() {
  local seconds=$1 what=$2
  local deadline=$((SECONDS + seconds))
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || fail "$what did not happen within $seconds s"
    sleep 0.1
  done
}

# joined SEPARATOR WORD...: one character.
joined() {
  local IFS=$1
  shift
  echo "$*"
}
