# The machine of the Postgres that takes writes dies under calls, which end before another does. Sourced by drill.
about="the Postgres that takes writes is killed with its Patroni; calls end meanwhile, another takes their facts, and it comes back as a standby"
# Calls and spooling know nothing of Postgres.
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": false, "adopts": false}'
sound_seconds=10

strike() {
  lost=$(primary_server)
  kill_programs "$lost"
  struck=$(now_ms)
  watch_writes
}

after_calls() { await_writes "$lost" 45000; }
