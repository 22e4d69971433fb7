# Postgres dies under calls, and is away while others come and go. Sourced by drill.
about="every Postgres is killed under calls, and is back after --seconds in which others came and went"
# Calls and spooling know nothing of Postgres.
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": false, "adopts": false}'
sound_seconds=$((seconds + 10))

before_fault() { provision_passing; }

strike() {
  kill_programs "${servers[@]}"
  pass_calls "$seconds" "${lab_carriers[0]}"
}

after_calls() { count_passing; }
