# A node's process dies, and its keeper comes a second too late: the heir has taken over. Sourced by drill.
about="a node's process dies with phones' connections and its keeper stands still for a second; the heir carries on"
promise='{"silence_p99_ms": 800, "moves": true, "back_ms": 60000}'
sound_seconds=24 stages=takeover

# Enough for the dead process' connections to be seen.
before_calls() { gather_phones; }

paused=

strike() {
  paused=$(keeper_of "$victim")
  kill -STOP "$paused"
  kill_process "$victim"
  sleep 1
  wake_keeper
  release_phones
}

wake_keeper() {
  [ -z "$paused" ] || kill -CONT "$paused" 2>/dev/null || true
  paused=
}

end_fault() {
  wake_keeper
  heal
}

after_drill() { dismiss_phones; }
