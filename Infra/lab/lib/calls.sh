# The calls of a drill: of every kind, with the parties that have them. Sourced after Infra/lib's installation and
# provisioning; `work`, `generator` and `calls` are set.

# What the phones' passwords begin with; their names follow.
readonly secret=laboratory-
# To whom calls are handed over, as `provision_phone` counts; and by IPv6.
readonly visitor=9999 visitor6=9997

# Of 200 calls with another party so many are of each kind; the rest are by UDP and talk, half from the carrier and half
# to it. There is one at least of each. As the generator reads them: caller, callee, state, and where to.
readonly shares="
  between-phones     20  udp      udp      talking
  from-carrier,held  10  carrier  udp      held
  to-carrier,held    10  udp      carrier  held
  from-carrier       10  carrier  tcp      talking
  to-carrier         10  tcp      carrier  talking
  from-carrier       10  carrier  tls      talking
  to-carrier         10  tls      carrier  talking
  from-carrier       10  carrier  nat      talking
  to-carrier         10  nat      carrier  talking
  from-carrier       10  carrier  udp6     talking
  to-carrier         10  udp6     carrier  talking
  phone-rings        10  carrier  udp      ringing
  carrier-rings      10  udp      carrier  ringing
  early-media        10  udp      carrier  early
  recorded           10  udp      carrier  recorded"

# Before whatever else the machine does, where that is allowed: late packets would be measured as ours.
first=()
if chrt --fifo 1 true 2>/dev/null; then first=(chrt --fifo 1); fi

# MARK: - Plan

# What of `calls` so many of 200 are.
share_of() { echo $(($1 * calls / 200 > 0 ? $1 * calls / 200 : 1)); }

# write_plan: as the generator reads it. Who rings comes last, since nobody waits for an answer for ever.
write_plan() {
  local name share rest kinds=() rings=() left=$calls
  while read -r name share rest; do
    [ -n "$name" ] && may_last "$rest" || continue
    share=$(share_of "$share") left=$((left - share))
    case $rest in
      *ringing | *early) rings+=("$name $share $rest") ;;
      *) kinds+=("$name $share $rest") ;;
    esac
  done <<<"$shares"
  [ "$left" -ge 2 ] || fail "--calls $calls are too few for one of each kind and two besides"
  kinds=("from-carrier $((left - left / 2)) carrier udp talking" "to-carrier $((left / 2)) udp carrier talking" "${kinds[@]}")
  while read -r name share rest; do
    [ -n "$name" ] && may_last "$rest" || continue
    case $rest in
      *following*) rings+=("$name $(share_of "$share") $rest") ;;
      *) kinds+=("$name $(share_of "$share") $rest") ;;
    esac
  done <<<"$feature_shares${asks:+$asking_shares}"
  printf '%s\n' "${kinds[@]}" "${rings[@]}" >"$work/plan"
}

# may_last STATE...: nobody rings for as long as some drills take; a menu asks for five minutes, and of a parked call
# its parker is reminded ten times.
may_last() {
  case $1 in
    *ringing | *early) [ "$sound_seconds" -le 90 ] ;;
    *parked* | *choosing*) [ "$sound_seconds" -le 240 ] ;;
  esac
}

# A user for each phone in the plan.
planned_users() {
  awk '$5 != "hearing" { for (i = 3; i <= ($5 == "paged" ? 3 : 4); i++) if ($i != "-" && $i !~ /^carrier/) users += $2 } END { print users }' "$work/plan"
}

# MARK: - Phones

# Who is there already stays.
provision_phones() {
  write_plan
  provision "$laboratory/phones" "$(planned_users)" 0
  provision "$laboratory/visitor" 1 "$visitor"
  provision_features
  [ -z "$asks" ] || provision_asking
  # Last: when it is served, so is all that came before.
  provision "$laboratory/visitor6" 1 "$visitor6"
  [ -z "$asks" ] || leave_message
}

# provision FILE WANTED FIRST: FILE says how many of these there are already.
provision() {
  local file=$1 wanted=$2 first=$3 known number
  known=$(cat "$file" 2>/dev/null || echo 0)
  [ "$known" -lt "$wanted" ] || return 0
  say "==> Provisioning $((wanted - known)) users"
  find_tenant
  for ((number = known; number < wanted; number++)); do
    provision_phone $((first + number))
    echo $((number + 1)) >"$file"
  done
  wait_until 20 "the last user being served" extension_is_served $((100000 + first + wanted - 1)) "$lab_domain"
}

find_tenant() {
  tenant=$(create tenant Laboratory --reseller "$(jq --raw-output .reseller "$site/demo.json")" \
    --domain "$lab_domain" --home-address phones-a --country-code 44 --ring-timeout 300)
}

# provision_phone N: as the generator knows user N.
provision_phone() {
  local name=$((100000 + $1)) extension
  printf '%s%s' "$secret" "$name" >"$work/password"
  extension=$(create extension "$name" --tenant "$tenant" --name "Phone $1" \
    --password-file "$work/password" --digest md5)
  create number "+44$((2000000000 + $1))" --tenant "$tenant" --extension "$extension" >/dev/null
}

# register_phones: phones and carrier are there from now on, until `hang_up` or `stop_generator`.
register_phones() {
  mkdir "$work/parties"
  mkfifo "$work/orders"
  "${first[@]}" "$generator/parties" --plan "$work/plan" --results "$work/parties" --domain "$lab_domain" \
    --secret "$secret" --outside "$lab_outside" --phones "$lab_phones" --trunks "$lab_trunks" \
    --standby "$lab_phones_b" --outside6 "$lab_outside6" --phones6 "$lab_phones6" --trunks6 "$lab_trunks6" \
    --nat "${network_of[home]}" --inside "$lab_inner" <"$work/orders" 2>"$work/parties.log" &
  parties=$!
  exec {orders}>"$work/orders"
  await_result 30 registered "every phone being registered"
}

# MARK: - Calls

begin_calls() {
  local missing
  say "==> $(planned_calls) calls"
  order call
  await_result $((60 + calls / 5)) up "the calls being up"
  missing=$(jq --slurp --raw-output \
    'map(select(.ready | not) | "\(.kind) by \(.transport): \(.why)") | unique | join("; ")' "$work/parties/up")
  [ -z "$missing" ] || fail "not every call came up: $missing"
}

planned_calls() { awk '{ calls += $2 } END { print calls }' "$work/plan"; }

# exercise: in every call each side does what it may do.
exercise() {
  order exercise
  await_result $((90 + calls / 2)) deeds "both sides having done everything"
}

# hang_up: one side of each says BYE, and what became of every call is on the generator's list.
hang_up() {
  order hang-up
  await_result $((60 + calls / 20)) calls "every call's end"
  stop_generator
}

# MARK: - Sound

# begin_sound SECONDS: so long everybody's sound is measured.
begin_sound() {
  sound_until=$(($(now_ms) + $1 * 1000))
  order measure
}

end_sound() {
  local left=$((sound_until - $(now_ms)))
  [ "$left" -le 0 ] || sleep "$(printf '%d.%03d' $((left / 1000)) $((left % 1000)))"
  order rest
  await_result 10 sound "what was heard being written down"
}

# MARK: - The generator

# order COMMAND
order() {
  kill -0 "$parties" 2>/dev/null || fail "the phones are gone: $(tail --lines 3 "$work/parties.log")"
  printf '%s\n' "$1" >&"$orders"
}

# await_result SECONDS NAME SENTENCE
await_result() {
  wait_until "$1" "$3" is_reported_or_gone "$2"
  [ -e "$work/parties/$2" ] || fail "the phones are gone: $(tail --lines 3 "$work/parties.log")"
}

is_reported_or_gone() { [ -e "$work/parties/$1" ] || ! kill -0 "$parties"; }

stop_generator() {
  [ -n "$parties" ] || return 0
  kill "$parties" 2>/dev/null || true
  wait "$parties" || true
  exec {orders}>&-
  parties=
}
