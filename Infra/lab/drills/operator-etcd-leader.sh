# An operator has etcd's leader hand over, with the real members. Sourced by drill.
about="pbxctl drill run etcd-leader: the member of etcd that leads hands over to another, and nobody hears it"
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": false, "adopts": false}'
sound_seconds=14

strike() {
  local leader
  leader=$(leading_member)
  operate etcd-leader
  [ "$(leading_member)" != "$leader" ] || remark "$leader leads still"
}

# The guard rail is stricter than the laboratory.
takeovers_are_past() { [ "$(takeovers_within 60)" -eq 0 ]; }
