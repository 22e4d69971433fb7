# The disk of a node becomes slow under calls, and others come and go. Sourced by drill.
about="for --seconds each write of a node to its disk, and each wait for one, takes 0.3 s longer; calls go on, and others come and go"
# What is said and heard waits for no disk; an answer that costs something waits until it is kept.
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": false, "adopts": false}'
sound_seconds=$((seconds + 10))

before_fault() { provision_passing; }

strike() {
  slow_down "$(machine_of "$victim")" 0.3
  pass_calls "$seconds" "${lab_carriers[0]}"
  slow_down "$(machine_of "$victim")" 0
  answered_within 2000
  # Two writes and two waits, of which one has to be waited for at least.
  [ "$(jq '.setup_p50_ms >= 300' "$work/passing.json")" = true ] || remark "the disk was not slow"
}

after_calls() { count_passing; }
