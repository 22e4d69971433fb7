# etcd dies under calls, and a node's process meanwhile: nothing moves, the keeper mends it. Sourced by drill.
about="every member of etcd is killed, and a node's process two seconds later; they are back after the calls ended"
promise='{"silence_p99_ms": 300, "moves": false}'
sound_seconds=12 stages=restart

strike() { lose_then_kill_process "${members[@]}"; }
