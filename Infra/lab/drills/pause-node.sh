# A node's programs stand still for some seconds, and go on as if nothing had been. Sourced by drill.
about="keeper and node are stopped (SIGSTOP) and go on eight seconds later; the heir has carried on"
promise='{"silence_p99_ms": 800, "moves": true, "silent_once_back": true}'
sound_seconds=16 stages=takeover

paused=()

strike() {
  paused=("$(keeper_of "$victim")" "$(process_of "$victim")")
  kill -STOP "${paused[@]}"
  sleep 8
  returned=$(now_ms)
  end_fault
}

end_fault() {
  [ ${#paused[@]} = 0 ] || kill -CONT "${paused[@]}" 2>/dev/null || true
  paused=()
}
