# Bad cables. Sourced by drill, after network.sh.

# lay_wires LAW... -- CABLE...: what these cables carry travels by the laboratory's own wire (`wire.c`) from now on,
# under that law (`--loss 20 --jitter 500`); cables as for `sever`.
lay_wires() {
  local law=() cable ends=()
  while [ "$1" != -- ]; do law+=("$1") && shift; done
  shift
  wired=()
  for cable; do
    lay_wire "$cable"
    ends+=("$cable" "w-$cable")
  done
  "$generator/wire" "${law[@]}" "${ends[@]}" >"$work/wire" &
  wire=$!
}

# spoil CABLE...: for $seconds they lose a fifth and delay by up to half a second.
spoil() {
  lay_wires --loss 20 --jitter 500 -- "$@"
  sleep "$seconds"
  take_wires_out
  wire_lost_something || remark "the wire lost nothing"
}

# Its end at the bridge becomes the far end of a cable of its own.
lay_wire() {
  local bridge
  bridge=$(ip -json link show "$1" | jq --raw-output '.[0].master')
  ip link add "w-$1" up type veth peer name "b-$1"
  ip link set "$1" nomaster
  ip link set "b-$1" master "$bridge" up
  wired+=("$1 $bridge")
}

# What the wire did is in $work/wire then.
take_wires_out() {
  local joint
  [ -n "$wire" ] || return 0
  for joint in "${wired[@]}"; do
    ip link delete "w-${joint% *}"
    ip link set "${joint% *}" master "${joint#* }"
  done
  wired=()
  kill "$wire" 2>/dev/null || true
  wait "$wire" || true
  wire=
}

# Whether it did what it was laid for.
wire_lost_something() { awk '{ lost += $4 } END { exit !(lost > 0) }' "$work/wire"; }
