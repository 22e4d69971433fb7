# The nodes' cables to control plane and neighbours lose and delay. Sourced by drill.
about="the nodes' cables to the control plane lose a fifth and delay by up to half a second, for --seconds"
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": false, "adopts": false}'
sound_seconds=$((seconds + 10))

strike() { spoil ctl-a1 ctl-a2 ctl-b1; }

end_fault() {
  heal
  take_wires_out
}
