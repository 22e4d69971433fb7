# A private etcd of one member as an ordinary child process. Sourced after postgres.sh.

# start_etcd DIRECTORY USER CLIENT-PORT FINGERPRINT: its peers' port is the one behind. A lease of
# one second needs a beat of 50 ms and an election of 500 ms.
start_etcd() {
  local directory=$1 user=$2 port=$3 fingerprint=$4
  local clients="http://127.0.0.1:$port" peers="http://127.0.0.1:$((port + 1))"
  # Debian's etcd also reads ETCD_* from the environment.
  start_process etcd "$user" "$fingerprint" etcd --name tandem --data-dir "$directory" \
    --listen-client-urls "$clients" --advertise-client-urls "$clients" \
    --listen-peer-urls "$peers" --initial-advertise-peer-urls "$peers" \
    --initial-cluster "tandem=$peers" --heartbeat-interval 50 --election-timeout 500 \
    --auto-compaction-mode periodic --auto-compaction-retention 1h
  place_of etcd
  wait_for_process etcd 30 "${place[@]}" curl --fail --silent --max-time 2 "$clients/health"
}
