# Drain: the node is emptied while it lives. Sourced by drill.
about="a node is emptied by pbxctl node drain; its calls go on at the other node of the site"
# 60 ms of silence are three packets that do not come: 80 ms between two that do.
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": true}'
sound_seconds=12

strike() {
  TANDEM_API=$api "$binaries/pbxctl" node drain "$victim" --deadline 8 --json \
    --key-file "$secrets/operator-key" >"$work/drain.json" ||
    remark "pbxctl node drain did not find the node empty: $(jq --compact-output .items "$work/drain.json")"
}

# Nobody has to find anything out; when the leader granted the last address, when the heir served it.
stages() {
  jq --null-input --argjson decision "$(when control-plane granted)" \
    --argjson adoption "$(when "$heir" "an address is served")" \
    '{detection_ms: null, decision_ms: $decision, adoption_ms: $adoption}'
}

after_drill() { [ -z "${victim:-}" ] || ctl node undrain "$victim" >/dev/null; }
