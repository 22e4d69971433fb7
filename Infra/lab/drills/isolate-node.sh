# A machine is cut off: all its cables, and back again. Sourced by drill.
about="all cables of a node's machine are cut, and joined again eight seconds later; the heir carries on"
promise='{"silence_p99_ms": 800, "packets_lost": null, "moves": true, "silent_once_back": true}'
sound_seconds=16

strike() {
  local machine
  machine=$(machine_of "$victim")
  sever mute "lan-$machine" "ctl-$machine"
  sever deaf "lan-$machine" "ctl-$machine"
  sleep 8
  returned=$(now_ms)
  heal
}

stages() { stages_of_takeover; }

end_fault() { heal; }

after_drill() { :; }
