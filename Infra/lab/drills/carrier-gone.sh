# A carrier's first server stops answering. Sourced by drill.
about="the first server of a carrier says nothing any more for --seconds; calls that begin go to its second one, and other carriers' go on"
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": false, "adopts": false}'
sound_seconds=$((seconds + 14))

before_fault() {
  provision_passing
  say "==> A call to the carrier's first server"
  pass_calls 1 "${lab_carriers[0]}"
  answered_within 1000
}

# Whoever finds it silent tries the next after 4 s; that it is, is known for half a minute then.
strike() {
  silence "${lab_carriers[0]}"
  pass_calls "$seconds" "${lab_carriers[1]}"
  answered_within 5000
  [ "$(jq '.setup_max_ms >= 3000' "$work/passing.json")" = true ] || remark "nobody asked the carrier's first server"
}

after_calls() { count_passing; }
