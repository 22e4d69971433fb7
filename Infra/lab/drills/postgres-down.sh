# Postgres dies under calls, which end before it is back. Sourced by drill.
about="every Postgres is killed under calls, and is back after they ended"
# Calls and spooling know nothing of Postgres.
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": false, "adopts": false}'
sound_seconds=12

strike() { kill_programs "${servers[@]}"; }
