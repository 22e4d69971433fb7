# A node's process dies with thousands of phones' connections, and all come back at once. Sourced by drill.
about="a node's process dies under calls and under thousands of phones, which all register again at once"
promise='{"silence_p99_ms": 300, "moves": null, "back_ms": 60000}'
sound_seconds=30 stages=restart

# Calls would wait for them without a sound, and be taken for lost.
before_calls() { gather_phones; }

strike() {
  kill_process "$victim"
  release_phones
}

after_drill() { dismiss_phones; }
