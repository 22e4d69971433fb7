# The member of etcd that leads dies, a node's process with it, and right afterwards the node's machine: the other two
# members are a quorum, so nothing has to stand still. Sourced by drill.
about="the leading member of etcd and a node's process are killed, and four seconds later the node's machine; the heir carries on"
promise='{"silence_p99_ms": 800, "moves": true, "deaths": 2}'
sound_seconds=18 stages=takeover

strike() {
  local leader
  leader=$(leading_member)
  kill_programs "$leader"
  kill_process "$victim"
  await_leader "$leader" 2000
  sleep 4
  struck=$(now_ms)
  kill_machine "$victim"
}
