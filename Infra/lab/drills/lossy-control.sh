# The nodes' cables to control plane and neighbours lose and delay. Sourced by drill.
about="the nodes' cables to the control plane lose a fifth and delay by up to half a second, for --seconds"
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": false, "adopts": false}'
sound_seconds=$((seconds + 10))

strike() {
  lay_wires --loss 20 --jitter 500 -- ctl-a1 ctl-a2 ctl-b1
  sleep "$seconds"
  take_wires_out
  wire_lost_something || remark "the wire lost nothing"
}

end_fault() { heal && take_wires_out; }
