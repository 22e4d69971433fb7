# A site dies whole, and then the process that carries its calls on elsewhere. Sourced by drill.
about="everything in site a dies at once; five seconds after its calls were moved to site b the process that has them there is killed"
promise='{"silence_p99_ms": 3000, "moves": "across"}'
sound_seconds=18 stages=takeover patience=150
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

# Who holds what is told by Postgres too.
after_calls() {
  wait_until 60 "a control plane that can tell who holds what" curl --fail --silent --max-time 2 "$api/readyz"
  after=$(holdings)
}
