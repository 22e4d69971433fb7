# A site is cut off from the others while it lives, and joined again: two could carry on its calls. Sourced by drill.
about="site a is cut off from the other sites for ten seconds, with the Postgres that takes writes and the leader of etcd; phones and carrier reach both sides"
promise='{"silence_p99_ms": 800, "moves": "across"}'
sound_seconds=24 stages=takeover patience=150
watched=(lan-a1 lan-a2 lan-b1)

before_fault() {
  find_standby
  move_writes_to postgres-a
  let_lead etcd-a
}

strike() {
  api=$(api_of control-plane-b)
  sever_for 10 {mute,deaf}:site-a
}

# Who holds what is told by Postgres too.
after_calls() {
  wait_until 60 "a control plane that can tell who holds what" curl --fail --silent --max-time 2 "$api/readyz"
  after=$(holdings)
}
