# Calls that come and go while something is out of order. Sourced by drill, after calls.sh.

# So many begin in a minute, and each talks for so many seconds.
readonly passing_rate=20 passing_seconds=20
# What the numbers begin with that they dial: others than those of the calls that stay.
readonly passing_prefix=0745

# pass_calls SECONDS: for so long phones call the carrier, and everybody hangs up before it is over. Their `--log` is in
# $work/passing.log, and how long they waited for an answer in $work/passing.json. Those that fail are on that list.
pass_calls() {
  local passing=$((($1 - passing_seconds) * passing_rate / 60))
  [ "$passing" -ge 1 ] || passing=1
  "$generator/sipload" --label passing --target "$lab_phones:5060" --my-ip "$lab_outside" --uac-port 5072 --uas-port 5074 \
    --abase 26000 --bbase 26200 --duser "$passing_prefix" --callers --domain "$lab_domain" --secret "$secret" \
    --users "$(planned_users)" --calls "$passing" --rate "0.$((passing_rate * 1000 / 60))" \
    --hold $((passing_seconds * 1000)) --log "$work/passing.log" >"$work/passing.json" || true
}

# answered_within MS: else that is remarked.
answered_within() {
  local slowest
  slowest=$(jq '.setup_max_ms | ceil' "$work/passing.json")
  [ "$slowest" -le "$1" ] || remark "a call that began meanwhile was answered after $slowest ms, promised $1"
}

# count_passing: they are judged like the calls that stayed. Once those have hung up.
count_passing() {
  jq --raw-input --compact-output 'split(" ") | {kind: "passing", transport: "UDP", class: "M", state: "talking", id: .[0],
    ended: .[1], why: (.[2] | tonumber), seconds: (.[3] | tonumber), by: null, parties: 2, exchange: false}' \
    "$work/passing.log" >>"$work/parties/calls"
}
