# What faults are made of. Sourced by drill, after network.sh and measures.sh.

# keeper_of NODE, process_of NODE: of a keeper's children the one that serves is older than the spare.
keeper_of() {
  local pid fingerprint
  is_running "$1" && echo "$pid"
}
process_of() { pgrep --oldest --parent "$(keeper_of "$1")"; }

kill_process() { kill -KILL "$(process_of "$1")"; }

# kill_machine NODE: held still, the keeper neither starts another node nor tells of the node's end.
kill_machine() {
  local keeper node
  keeper=$(keeper_of "$1") node=$(process_of "$1")
  kill -STOP "$keeper"
  kill -KILL "$node" "$keeper"
}

# kill_programs NAME...: as machines that lose power: no process of theirs is left. Patroni's Postgres has a session of
# its own, and so has each of its children.
kill_programs() {
  local name pid fingerprint postmaster
  for name; do
    is_running "$name"
    kill -KILL -- "-$pid"
    [[ $name == postgres-* ]] && postmaster=$(postmaster_of "$name") || continue
    kill -STOP "$postmaster"
    pkill -KILL --parent "$postmaster" || true
    kill -KILL "$postmaster"
  done
}

# kill_site SITE: nothing of it is left, and nobody is told: no machine of it even says that a port is closed.
kill_site() {
  local machine name node=()
  for machine in "${lab_machines[@]}"; do
    [ "$(site_of_machine "$machine")" = "$1" ] || continue
    sever mute "ctl-$machine"
    sever deaf "ctl-$machine"
    [[ $machine != cp-* ]] || continue
    sever mute "lan-$machine"
    sever deaf "lan-$machine"
    node+=("node-$machine")
  done
  for name in "${node[@]}"; do kill_machine "$name"; done
  kill_programs "control-plane-$1" "postgres-$1" "etcd-$1" "names-$1"
}

# lose_then_kill_process PROGRAM...: the victim's process dies two seconds after these; times count from then.
lose_then_kill_process() {
  kill_programs "$@"
  sleep 2
  struck=$(now_ms)
  kill_process "$victim"
}

# sever_for SECONDS CUT...: each cut is `mute:CABLE` or `deaf:CABLE`.
sever_for() {
  local cut
  for cut in "${@:2}"; do sever "${cut%%:*}" "${cut#*:}"; done
  sleep "$1"
  returned=$(now_ms)
  heal
}

# drain NODE: its calls go on elsewhere.
drain() {
  TANDEM_API=$api "$binaries/pbxctl" node drain "$1" --deadline 8 --json \
    --key-file "$secrets/operator-key" >"$work/drain.json" ||
    remark "pbxctl node drain did not find $1 empty: $(jq --compact-output .items "$work/drain.json")"
}

# operate FAULT [OPTION...]: an operator's drill, and what the product says of it. Times count from its fault.
operate() {
  TANDEM_API=$api "$binaries/pbxctl" drill run "$@" --json --key-file "$secrets/operator-key" >"$work/operator.json" ||
    remark "pbxctl drill run $1: $(jq --compact-output '[.verdict] + .remarks' "$work/operator.json")"
  struck=$(jq '.struck_at | (.[:19] + "Z" | fromdate) * 1000 + (.[20:23] | tonumber)' "$work/operator.json")
  disturbed=$struck
}

# compare_with_operator: what the product says was the longest silence of calls that move by themselves is what was heard, to
# six packets: it counts to when it sends, and another site is farther away.
compare_with_operator() {
  local said heard
  said=$(jq '[.report.silences[] | select(.party == "moves").maximum_milliseconds] | max' "$work/operator.json")
  heard=$(found streams | jq 'map(select(.class == "M" and (.dead | not)).silence) | max | round')
  say "==> The product says $said ms at most, and $heard ms between two packets were heard"
  jq --exit-status --null-input --argjson said "$said" --argjson heard "$heard" \
    '$said != null and ($said - $heard | fabs) <= 120' >/dev/null ||
    remark "the product says $said ms of silence at most, and $heard ms were heard"
}
