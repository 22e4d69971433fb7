# Machine death in the site: keeper and node at once, and the heir carries on. Sourced by drill.
about="keeper and node die together, as when their machine loses power; the heir in the site carries on"
promise='{"silence_p99_ms": 800, "packets_lost": null, "moves": true}'
sound_seconds=12

# Held still, the keeper neither starts another node nor is the node's end told by it.
strike() {
  local keeper node
  keeper=$(keeper_of "$victim") node=$(process_of "$victim")
  kill -STOP "$keeper"
  kill -KILL "$node" "$keeper"
}

# When a replica took the node for dead, when the address was granted, when the heir served both.
stages() {
  jq --null-input --argjson detection "$(when control-plane "a holder is taken for dead")" \
    --argjson decision "$(when control-plane "taken over")" \
    --argjson adoption "$(when "$heir" "an address is served")" \
    '{detection_ms: $detection, decision_ms: $decision, adoption_ms: $adoption}'
}

after_drill() { :; }
