# Machine death in the site: keeper and node at once, and the heir carries on. Sourced by drill.
about="keeper and node die together, as when their machine loses power; the heir in the site carries on"
promise='{"silence_p99_ms": 800, "packets_lost": null, "moves": true}'
sound_seconds=12

strike() { kill_machine "$victim"; }

stages() { stages_of_takeover; }

after_drill() { :; }
