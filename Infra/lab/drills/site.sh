# A site dies whole, with whoever leads in it; another carries its calls on at addresses of its own. Sourced by drill.
about="everything in site a dies at once, with the Postgres that takes writes and the leader of etcd; its calls are moved to site b, and its addresses come home when it has been well for a minute"
promise='{"silence_p99_ms": 3000, "moves": "across"}'
sound_seconds=30 stages=takeover patience=150 asks=yes
watched=(lan-a1 lan-a2 lan-b1)

before_fault() {
  find_standby
  let_site_lead a
}

strike() {
  kill_site a
  api=$(api_of control-plane-b)
  watch_writes
  watch_steering names-b "$lab_domain" "$lab_phones_b"
  await_leader etcd-a 2000
}

# Who holds what is told by Postgres too.
after_calls() {
  end_steering names-b
  await_writes postgres-a 45000
  after=$(holdings)
}
