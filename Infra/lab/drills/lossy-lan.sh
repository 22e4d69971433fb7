# Likewise the cables of site a's nodes to its network: calls are heard badly, and that is all. Sourced by drill.
about="the cables between site a's nodes and its network lose a fifth and delay by up to half a second, for --seconds"
promise='{"moves": false, "adopts": false}'
sound_seconds=$((seconds + 10))

strike() { spoil lan-a1 lan-a2; }

end_fault() {
  heal
  take_wires_out
}
