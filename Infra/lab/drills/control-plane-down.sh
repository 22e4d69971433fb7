# Every control plane is gone, and a node's process dies meanwhile. Sourced by drill.
about="every control plane is killed, and a node's process two seconds later; they are back after the calls ended"
promise='{"silence_p99_ms": 300, "moves": false}'
sound_seconds=12 stages=restart

strike() { lose_then_kill_process "${replicas[@]}"; }
