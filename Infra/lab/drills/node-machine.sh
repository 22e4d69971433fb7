# Machine death in the site: keeper and node at once, and the heir carries on. Sourced by drill.
about="keeper and node die together, as when their machine loses power; the heir in the site carries on"
promise='{"silence_p99_ms": 800, "moves": true}'
sound_seconds=12 stages=takeover asks=yes

strike() { kill_machine "$victim"; }
