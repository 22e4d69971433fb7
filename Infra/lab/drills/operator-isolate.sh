# An operator cuts a machine off, which the kernel joins again. Sourced by drill.
about="pbxctl drill run isolate: nothing passes a machine's interfaces for six seconds; the product reports what was heard"
promise='{"silence_p99_ms": 800, "moves": true, "silent_once_back": true}'
sound_seconds=20 stages=takeover

strike() {
  operate isolate --node "$victim" --seconds 6
  returned=$((struck + 6000))
}

after_calls() { compare_with_operator; }

# The guard rail is stricter than the laboratory.
takeovers_are_past() { [ "$(takeovers_within 60)" -eq 0 ]; }
