# A node without a control plane: it finds on its disk what it was told to serve. Sourced; wants `work`,
# a directory, and a network namespace of its own.

readonly node_phones=127.0.1.1:5060 node_other_phones=127.0.1.2:5060
readonly node_trunks=127.0.1.10:5060 node_carrier=127.0.0.1:5070
readonly marker=test
# Where it serves phones by IPv6 too, if anywhere.
node_phones_by_ipv6=${node_phones_by_ipv6:-}

# start_lone_node BINARIES USERS TENANTS [OPTION...]: user N is 100000+N at the tenant tK.bench.test, K being N modulo
# TENANTS, with the password p100000+N and the number +442000000000+N. What the carrier wants of us
# is said by BenchmarkState's options. Sets `node`. With `keeper_of_node`, a command, it is kept, and
# `node` is its keeper.
start_lone_node() {
  local binaries=$1
  rm --recursive --force "$work/state"
  mkdir --parents "$work/state"
  make_authority "$work/authority"
  make_certificate "$work/authority" node-a1 clientAuth
  "$binaries/BenchmarkState" --state "$work/state" --key-file "$work/snapshot.key" \
    --users "$2" --tenants "$3" --carrier "$node_carrier" "${@:4}"
  write_lone_node_configuration
  local command=("$binaries/MediaNodeServer" --config "$work/node.json") address
  if [ -n "${keeper_of_node:-}" ]; then
    command=(-- "${command[@]}")
    for address in "$node_phones" "$node_other_phones" "$node_trunks"; do
      command=(--descriptor "udp:$address" --descriptor "tcp:$address" "${command[@]}")
    done
    command=("${keeper_of_node[@]}" "${command[@]}")
  fi
  "${command[@]}" >"$work/node.log" 2>&1 &
  node=$!
  wait_until 20 "the node serving" grep --quiet "node serves" "$work/node.log"
}

stop_lone_node() {
  [ -n "${node:-}" ] || return 0
  kill "$node" 2>/dev/null || true
  wait "$node" 2>/dev/null || true
}

write_lone_node_configuration() {
  jq --null-input --arg work "$work" --arg phones "$node_phones" --arg trunks "$node_trunks" \
    --arg others "$node_other_phones" --arg six "$node_phones_by_ipv6" '{
      name: "node-a1", site: "a",
      addresses: ["phones-a phones \($phones)", "phones-b phones \($others)", "trunks-a trunks \($trunks)",
        (if $six == "" then empty else "phones-6 phones \($six)" end)],
      "relay-ports": {first: 20000, last: 59999}, replicas: ["cp-a 127.0.0.1 7443 7444"],
      certificate: "\($work)/authority/node-a1.crt", key: "\($work)/authority/node-a1.key",
      authority: "\($work)/authority/authority.crt", state: "\($work)/state",
      "snapshot-key-file": "\($work)/snapshot.key", "log-level": "info"}' >"$work/node.json"
}
