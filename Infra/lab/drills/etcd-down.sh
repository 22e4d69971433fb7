# etcd dies under calls, and a node's process meanwhile: nothing moves, the keeper mends it, and calls go on coming and
# going. Sourced by drill.
about="every member of etcd is killed, and a node's process two seconds later; they are back after --seconds in which other calls came and went"
promise='{"silence_p99_ms": 300, "moves": false}'
sound_seconds=$((seconds + 12)) stages=restart

before_fault() { provision_passing; }

strike() {
  lose_then_kill_process "${members[@]}"
  sleep 1
  pass_calls "$seconds" "${lab_carriers[0]}"
}

after_calls() { count_passing; }
