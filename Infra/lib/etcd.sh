# etcd's members as ordinary child processes: one alone, or one at each site. Sourced after postgres.sh.

# start_etcd NAME DIRECTORY USER HOST PORT CLUSTER FINGERPRINT: its peers' port is the one behind; CLUSTER names
# every member, as etcd has it: `NAME=http://HOST:PORT`, with commas between. A lease of one second needs a beat of
# 50 ms and an election of 500 ms. Whoever was cut off asks first whether anybody would vote for it, so that
# its return deposes no leader.
start_etcd() {
  local name=$1 directory=$2 user=$3 host=$4 port=$5 cluster=$6 fingerprint=$7
  local clients="http://$host:$port" peers="http://$host:$((port + 1))"
  # Debian's etcd also reads ETCD_* from the environment.
  start_process "$name" "$user" "$fingerprint" etcd --name "$name" --data-dir "$directory" \
    --listen-client-urls "$clients" --advertise-client-urls "$clients" \
    --listen-peer-urls "$peers" --initial-advertise-peer-urls "$peers" \
    --initial-cluster "$cluster" --heartbeat-interval 50 --election-timeout 500 --pre-vote \
    --auto-compaction-mode periodic --auto-compaction-retention 1h
}

# await_etcd NAME HOST PORT: until it follows a leader, which takes most of its members.
await_etcd() {
  local place
  place_of "$1"
  wait_for_process "$1" 30 "${place[@]}" curl --fail --silent --max-time 2 "http://$2:$3/health"
}

# leading_member: which of `members` leads, as most of them have it.
leading_member() {
  local member place answer
  for member in "${members[@]}"; do
    place_of "$member"
    answer=$("${place[@]}" curl --fail --silent --max-time 1 --data '{}' \
      "http://${host_of[$member]}:$etcd_port/v3/maintenance/status") || continue
    ! jq --exit-status '.leader != null and .leader == .header.member_id' <<<"$answer" >/dev/null || {
      echo "$member"
      return
    }
  done
  return 1
}
