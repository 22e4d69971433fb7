# The calls of a drill: half come from a carrier, half go to it, with sound both ways in each. Sourced
# after Infra/lib's installation and provisioning; `work`, `generator` and `calls` are set.

readonly kinds=(from-carrier to-carrier)
# What the phones' passwords begin with; their names follow.
readonly secret=laboratory-
# So many calls a second while they are set up.
readonly set_up_rate=10

# Before whatever else the machine does, where that is allowed: late packets would be measured as ours.
first=()
if chrt --fifo 1 true 2>/dev/null; then first=(chrt --fifo 1); fi

# calls_of KIND: how many.
calls_of() { if [ "$1" = from-carrier ]; then echo $((calls - calls / 2)); else echo $((calls / 2)); fi; }

# held_of KIND: how many of them are on hold when the fault comes; the others talk.
held_of() { echo $(($(calls_of "$1") / 5)); }

# What a kind's calls are to the generator: caller's port, callee's port, first ports of the media of
# both, and where we are for the caller and for the callee.
ports_of() {
  if [ "$1" = from-carrier ]; then echo "5070 5081 25000 25200 $lab_trunks $lab_phones"; else
    echo "5090 5060 25400 25600 $lab_phones $lab_trunks"
  fi
}

# MARK: - Phones

# A user each for as many calls as come in; who is there already stays.
provision_phones() {
  provision "$laboratory/phones" "$(calls_of from-carrier)" 0
}

# provision FILE WANTED FIRST: FILE says how many of these there are already.
provision() {
  local file=$1 wanted=$2 first=$3 known number
  known=$(cat "$file" 2>/dev/null || echo 0)
  [ "$known" -lt "$wanted" ] || return 0
  say "==> Provisioning $((wanted - known)) users"
  tenant=$(create tenant Laboratory --reseller "$(jq --raw-output .reseller "$site/demo.json")" \
    --domain "$lab_domain" --home-address phones-a --country-code 44)
  for ((number = known; number < wanted; number++)); do
    provision_phone $((first + number))
    echo $((number + 1)) >"$file"
  done
  wait_until 20 "the last user being served" extension_is_served $((100000 + first + wanted - 1)) "$lab_domain"
}

# provision_phone N: as the generator knows user N.
provision_phone() {
  local name=$((100000 + $1)) extension
  printf '%s%s' "$secret" "$name" >"$work/password"
  extension=$(create extension "$name" --tenant "$tenant" --name "Phone $1" \
    --password-file "$work/password" --digest md5)
  create number "+44$((2000000000 + $1))" --tenant "$tenant" --extension "$extension" >/dev/null
}

register_phones() {
  local wanted
  wanted=$(calls_of from-carrier)
  "$generator/sipload" --label phones --target "$lab_phones:5060" --domain "$lab_domain" --secret "$secret" \
    --register \
    --users "$wanted" --calls "$wanted" --rate 0 --conc 4 --my-ip "$lab_outside" --uac-port 5081 \
    --uas-port 5082 >"$work/registers.json" || fail "not every phone could register: $(<"$work/registers.json")"
}

# MARK: - Calls

talking_of() { echo $(($(calls_of "$1") - $(held_of "$1"))); }

begin_calls() {
  local wanted
  say "==> $calls calls"
  # shellcheck disable=SC2034 # by name, in `set_up`
  local from_carrier=(--duser +4420)
  # shellcheck disable=SC2034
  local to_carrier=(--duser 074 --called-base 447400000000 --callers --domain "$lab_domain" --secret "$secret")
  callers=()
  set_up from-carrier "${from_carrier[@]}"
  set_up to-carrier "${to_carrier[@]}"
  wait_until $((60 + calls / set_up_rate)) "the calls being up" \
    test -e "$work/from-carrier.pairs" -a -e "$work/to-carrier.pairs"
  up=$(cat "$work"/*.pairs | wc --lines) wanted=$(($(talking_of from-carrier) + $(talking_of to-carrier)))
  [ "$up" = "$wanted" ] || fail "only $up of $wanted calls with sound came up"
}

# set_up KIND OPTION...
set_up() {
  local kind=$1 caller callee media_a media_b here
  shift
  read -r caller callee media_a media_b here _ <<<"$(ports_of "$kind")"
  "${first[@]}" "$generator/sipload" --label "$kind" --target "$here:5060" --my-ip "$lab_outside" \
    --uac-port "$caller" --uas-port "$callee" --abase "$media_a" --bbase "$media_b" \
    --users "$(calls_of "$kind")" --calls "$(calls_of "$kind")" --rate "$set_up_rate" --keep 600 \
    --pairs "$work/$kind.pairs" --exercise "$work/$kind.exercise" --held "$(held_of "$kind")" --log "$work/$kind.log" "$@" >"$work/$kind.json" &
  callers+=($!)
}

# exercise: in every call both sides hold, resume, send a digit and refresh the session.
exercise() {
  local process
  for process in "${callers[@]}"; do kill -USR1 "$process"; done
  wait_until $((60 + calls / 20)) "both sides having done everything" \
    test -e "$work/from-carrier.exercise" -a -e "$work/to-carrier.exercise"
}

# hang_up: the caller or the callee of each says BYE, and what became of every call is on the generator's list.
hang_up() {
  local process
  for process in "${callers[@]}"; do kill "$process" 2>/dev/null || true; done
  for process in "${callers[@]}"; do wait "$process" || true; done
  callers=()
}

# MARK: - Sound

# begin_sound SECONDS
begin_sound() {
  local kind media_a media_b here there
  speakers=()
  for kind in "${kinds[@]}"; do
    read -r _ _ media_a media_b here there <<<"$(ports_of "$kind")"
    "${first[@]}" "$generator/rtpgen" --label "$kind" --pairs "$work/$kind.pairs" \
      --calls "$(talking_of "$kind")" --secs "$1" --warm 1 --my-ip "$lab_outside" --relay-ip "$here" \
      --relay-ip-b "$there" --abase "$media_a" --bbase "$media_b" --streams "$work/$kind.streams" \
      >"$work/$kind.sound" &
    speakers+=($!)
  done
}

end_sound() {
  local process
  for process in "${speakers[@]}"; do wait "$process"; done
  speakers=()
}

# What a drill that is given up leaves.
stop_generator() {
  local process
  for process in "${speakers[@]:-}" "${callers[@]:-}"; do
    [ -z "$process" ] || kill "$process" 2>/dev/null || true
  done
  wait
}
