# A site is cut off from the others while it lives, and joined again: two could carry on its calls. Sourced by drill.
about="site a is cut off from the other sites for ten seconds, with the Postgres that takes writes and the leader of etcd; phones and carrier reach both sides"
promise='{"silence_p99_ms": 800, "moves": "across"}'
# Phones on connections hear that it was cut off when it is joined again.
sound_seconds=34 stages=takeover patience=150
watched=(lan-a1 lan-a2 lan-b1)

before_fault() {
  find_standby
  let_site_lead a
}

strike() {
  api=$(api_of control-plane-b)
  sever_for 10 {mute,deaf}:site-a
}

after_calls() { await_holdings; }
