# A site dies whole, and then the process that carries its calls on elsewhere. Sourced by drill.
about="everything in site a dies at once; five seconds after its calls were moved to site b the process that has them there is killed"
promise='{"silence_p99_ms": 3000, "moves": "across", "deaths": 2}'
sound_seconds=30 stages=takeover patience=150
watched=(lan-a1 lan-a2 lan-b1)

before_fault() { find_standby; }

strike() {
  kill_site a
  api=$(api_of control-plane-b)
  wait_until 10 "its calls being carried on" was_served_twice
  sleep 5
  kill_process "$heir"
}

was_served_twice() { [ "$(how_often "$heir" "an address is served")" -ge 2 ]; }

after_calls() { await_holdings; }
