# An operator takes a site's nodes away, and what the product reports is compared with what was heard. Sourced by drill.
about="pbxctl drill run site: keepers and nodes of site a are gone for ten seconds and come back by themselves; the product reports what was heard"
promise='{"silence_p99_ms": 3000, "moves": "across"}'
# Nobody rings for longer than 35 s at another site.
sound_seconds=34 stages=takeover patience=150
watched=(lan-a1 lan-a2 lan-b1)

before_fault() { find_standby; }

strike() { operate site --site a --seconds 10; }

after_calls() { compare_with_operator; }

# The guard rail is stricter than the laboratory.
takeovers_are_past() { [ "$(takeovers_within 60)" -eq 0 ]; }
