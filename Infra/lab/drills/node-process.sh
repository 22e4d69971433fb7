# Process death: the keeper starts the next process, and no address need move. Sourced by drill.
about="a node's process is killed; its keeper starts the next one"
promise='{"silence_p99_ms": 300, "packets_lost": null, "moves": null}'
sound_seconds=10

strike() { kill -KILL "$(process_of "$victim")"; }

# When the keeper saw it dead, when it had started the next one, when that served.
stages() {
  jq --null-input --argjson detection "$(when "$victim" died)" \
    --argjson decision "$(when "$victim" started)" --argjson adoption "$(when "$victim" "node serves")" \
    '{detection_ms: $detection, decision_ms: $decision, adoption_ms: $adoption}'
}

after_drill() { :; }
