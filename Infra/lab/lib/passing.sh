# Calls that come and go while something is out of order: another reseller's, whose carrier has two servers of its own.
# Sourced by drill, after calls.sh.

readonly passing_domain=passing.tandem.test
# So many begin in a minute, and each talks for so many seconds.
readonly passing_rate=20 passing_seconds=20

# provision_passing: what is there already stays.
provision_passing() {
  local passing_reseller list passing_tenant
  passing_reseller=$(create reseller Passing)
  list=$(ctl price-list import Passing --reseller "$passing_reseller" --currency GBP \
    --csv Infra/demo/price-list.csv --if-absent | jq --raw-output .id)
  create trunk --reseller "$passing_reseller" --carrier Passing --address trunks-a --price-list "$list" \
    --peer "${lab_carriers[0]}:5060" --peer "${lab_carriers[1]}:5060" >/dev/null
  passing_tenant=$(create tenant Passing --reseller "$passing_reseller" --domain "$passing_domain" \
    --home-address phones-a --country-code 44)
  printf '%s100000' "$secret" >"$work/password"
  create extension 100000 --tenant "$passing_tenant" --name Passing --password-file "$work/password" \
    --digest md5 >/dev/null
  wait_until 20 "who makes the passing calls being served" extension_is_served 100000 "$passing_domain"
}

# pass_calls SECONDS SERVER: for so long a phone calls the carrier, whose server is there, and everybody hangs up before it is
# over. What became of the calls is in $work/passing.log, and how long they waited for an answer in $work/passing.json.
pass_calls() {
  local passing=$((($1 - passing_seconds) * passing_rate / 60))
  [ "$passing" -ge 1 ] || passing=1
  "$generator/sipload" --label passing --target "$lab_phones:5060" --my-ip "$2" --uac-port 5072 --uas-port 5060 \
    --abase 26000 --bbase 26200 --duser 074 --called-base 447400000000 --callers --domain "$passing_domain" \
    --secret "$secret" --users 1 --no180 --calls "$passing" --rate "0.$((passing_rate * 1000 / 60))" \
    --hold $((passing_seconds * 1000)) --log "$work/passing.log" >"$work/passing.json" || true
  cat "$work/passing.log" >>"$work/passed.log"
}

# answered_within MS [HALF-MS]: all of the latest, and half of them; else that is remarked.
answered_within() {
  local slowest middle
  slowest=$(jq '.setup_max_ms | ceil' "$work/passing.json") middle=$(jq '.setup_p50_ms | ceil' "$work/passing.json")
  [ "$slowest" -le "$1" ] || remark "a call that began meanwhile was answered after $slowest ms, promised $1"
  [ "$middle" -le "${2:-$1}" ] || remark "half of the calls that began meanwhile were answered after $middle ms or later, promised $2"
}

# count_passing: they are judged like the calls that stayed, once those have hung up.
count_passing() {
  jq --raw-input --compact-output 'split(" ") | {kind: "passing", transport: "UDP", class: "M", state: "talking",
      id: .[0], number: 0, ended: .[1], why: (.[2] | tonumber), seconds: (.[3] | tonumber), by: .[4],
      bye_ms: null, left: null, parties: 2, exchange: false}' "$work/passed.log" >>"$work/parties/calls"
}
