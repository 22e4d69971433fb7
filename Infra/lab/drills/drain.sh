# Drain: the node is emptied while it lives. Sourced by drill.
about="a node is emptied by pbxctl node drain; its calls go on at the other node of the site"
# 60 ms of silence are three packets that do not come: 80 ms between two that do.
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": true}'
sound_seconds=12 stages=move asks=yes

strike() { drain "$victim"; }

after_drill() { [ -z "${victim:-}" ] || ctl node undrain "$victim" >/dev/null; }
