# Process death: the keeper starts the next process, and no address need move. Sourced by drill.
about="a node's process is killed; its keeper starts the next one"
promise='{"silence_p99_ms": 300, "moves": null}'
sound_seconds=10 stages=restart asks=yes

strike() { kill_process "$victim"; }
