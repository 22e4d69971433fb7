# Every control plane is gone, and a node's process dies meanwhile. Sourced by drill.
about="the control plane is killed, and a node's process two seconds later; it is back after the calls ended"
promise='{"silence_p99_ms": 300, "packets_lost": null, "moves": false}'
sound_seconds=12

# Times count from the process' death.
strike() {
  local pid fingerprint
  is_running control-plane && kill -KILL "$pid"
  sleep 2
  struck=$(date +%s%3N)
  kill -KILL "$(process_of "$victim")"
}

stages() { stages_of_restart; }

after_drill() { :; }
