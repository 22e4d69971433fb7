# The third site, which has no nodes, is cut off from the others and comes back. Sourced by drill.
about="site c is cut off for some seconds; two of three are a quorum, and alone it says that it is not ready"
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": false, "adopts": false}'
sound_seconds=24

before_fault() { move_writes_away_from postgres-c; }

strike() {
  sever mute site-c
  sever deaf site-c
  sleep 6
  place_of control-plane-c
  ! "${place[@]}" curl --fail --silent --max-time 8 "$(api_of control-plane-c)/readyz" >/dev/null ||
    remark "alone, the replica of site c says that it is ready"
  curl --fail --silent --max-time 8 "$api/readyz" >/dev/null ||
    remark "the replica of site a says that it is not ready"
  heal
}
