# A machine dies with facts that nobody acknowledged, and comes back with its disk. Sourced by drill.
about="every control plane is gone while calls go on and end; then the machine that has their facts dies, and comes back"
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": null, "adopts": false}'
sound_seconds=10

# Whoever parked a call, or led somebody through a menu, had hung up before.
strike() {
  ended=$(legs_ended)
  kill_programs "${replicas[@]}"
}

# Postgres knows of no end since, so the machine has what nobody else has.
after_calls() {
  local since
  since=$(($(legs_ended) - ended))
  [ "$since" = 0 ] || remark "$since legs had their end on record before the machine died"
  kill_machine "$victim"
}

legs_ended() { legs | jq 'map(select(.ended_by != null)) | length'; }
