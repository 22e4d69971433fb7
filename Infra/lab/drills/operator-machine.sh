# An operator takes a machine away, and what the product reports is compared with what was heard. Sourced by drill.
about="pbxctl drill run machine: keeper and node are gone for six seconds and come back by themselves; the product reports what was heard"
promise='{"silence_p99_ms": 800, "moves": true}'
sound_seconds=20 stages=takeover

strike() { operate machine --node "$victim" --seconds 6; }

after_calls() { compare_with_operator; }

# The guard rail is stricter than the laboratory.
takeovers_are_past() { [ "$(takeovers_within 60)" -eq 0 ]; }
