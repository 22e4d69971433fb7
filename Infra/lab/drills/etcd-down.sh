# etcd dies under calls, and a node's process meanwhile: nothing moves, the keeper mends it. Sourced by drill.
about="etcd is killed, and a node's process two seconds later; etcd is back after the calls ended"
promise='{"silence_p99_ms": 300, "packets_lost": null, "moves": false}'
sound_seconds=12

# Times count from the process' death.
strike() {
  local pid fingerprint
  is_running etcd
  kill -KILL "$pid"
  sleep 2
  struck=$(now_ms)
  kill -KILL "$(process_of "$victim")"
}

stages() { stages_of_restart; }

after_drill() { :; }
