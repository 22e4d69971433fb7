# A machine dies with thousands of phones' connections, of which no kernel says a word: its cables are cut first, as
# when it loses power. Most of these phones only listen. Sourced by drill.
about="a machine dies under calls and under thousands of phones that only listen; the heir tells those on connections"
promise='{"silence_p99_ms": 800, "moves": true, "back_ms": 60000}'
sound_seconds=24 stages=takeover

before_calls() { gather_phones; }

strike() {
  local machine cable
  machine=$(machine_of "$victim")
  for cable in lan ctl; do
    sever mute "$cable-$machine"
    sever deaf "$cable-$machine"
  done
  kill_machine "$victim"
  release_phones
}

after_drill() { dismiss_phones; }
