# Process death: the keeper starts the next process, and no address need move. Sourced by drill.
about="a node's process is killed; its keeper starts the next one"
promise='{"silence_p99_ms": 300, "packets_lost": null, "moves": null}'
sound_seconds=10

strike() { kill -KILL "$(process_of "$victim")"; }

stages() { stages_of_restart; }

after_drill() { :; }
