# A machine is cut off: all its cables, and back again. Sourced by drill.
about="all cables of a node's machine are cut, and joined again eight seconds later; the heir carries on"
promise='{"silence_p99_ms": 800, "moves": true, "silent_once_back": true}'
sound_seconds=16 stages=takeover

strike() {
  local machine
  machine=$(machine_of "$victim")
  sever_for 8 {mute,deaf}:{lan,ctl}-"$machine"
}
