# The demo's reseller, tenant, phones and carrier, through the API as an operator would. Sourced.

# ctl COMMAND...: pbxctl as the operator; prints JSON.
ctl() {
  local output
  output=$(TANDEM_API=$api "$binaries/pbxctl" "$@" --key-file "$secrets/operator-key" --json) ||
    fail "pbxctl $* failed"
  printf '%s\n' "$output"
}

# create KIND NAME...: what is there already is as good; prints its id, or its name where it has none.
create() {
  local object
  object=$(ctl "$1" create "${@:2}" --if-absent)
  jq --raw-output '.id // .name' <<<"$object"
}

make_operator_key() {
  [ ! -s "$secrets/operator-key" ] || return 0
  place_of "${replicas[0]}"
  (umask 077 && "${place[@]}" "$binaries/ControlPlaneServer" create-operator-key \
    --config "$configuration/${replicas[0]}.json" --name "Infra/up" >"$secrets/operator-key.new")
  mv "$secrets/operator-key.new" "$secrets/operator-key"
  new_key=yes
}

provision_fleet() {
  create site a >/dev/null
  create site b >/dev/null
  create node node-a1 --site a >/dev/null
  [ -z "$second_node" ] || create node node-a2 --site a >/dev/null
  create node node-b1 --site b >/dev/null
  create_address phones-a a "$phones_a" phones node-a1 "$phones_a6"
  create_address trunks-a a "$trunks_a" trunks node-a1 "$trunks_a6"
  create_address phones-b b "$phones_b" phones node-b1 "$phones_b6"
  create_address trunks-b b "$trunks_b" trunks node-b1 "$trunks_b6"
}

# create_address NAME SITE IP ROLE HOLDER IP6: where it is found may be another place than last time. IP6 may be empty.
create_address() {
  local known too=(--no-ip6)
  [ -z "$6" ] || too=(--ip6 "$6")
  known=$(ctl address create "$1" --site "$2" --ip "$3" ${6:+--ip6 "$6"} --role "$4" --holder "$5" --if-absent |
    jq --raw-output '"\(.ip) \(.ip6 // "")"')
  [ "$known" = "$3 $6" ] || ctl address change "$1" --ip "$3" "${too[@]}" >/dev/null
}

provision_demo() {
  make_secret "$secrets/sip-101" 12
  make_secret "$secrets/sip-102" 12
  reseller=$(create reseller "Demo Reseller")
  price_list=$(create_price_list)
  trunk=$(create trunk --reseller "$reseller" --carrier "Demo Carrier" \
    --address trunks-a --peer "$carrier" --price-list "$price_list")
  tenant=$(create tenant "Demo" --reseller "$reseller" --domain demo.tandem.test \
    --home-address phones-a --country-code 44)
  alice=$(create_extension 101 "Alice Archer" +442079460101)
  bob=$(create_extension 102 "Bob Baker" +442079460102)
  create number +442079460101 --tenant "$tenant" --extension "$alice" >/dev/null
  create number +442079460102 --tenant "$tenant" --extension "$bob" >/dev/null
}

create_price_list() {
  ctl price-list import "Demo Carrier" --reseller "$reseller" --currency GBP \
    --csv Infra/demo/price-list.csv --if-absent | jq --raw-output .id
}

# create_extension NUMBER NAME OUTSIDE-NUMBER
create_extension() {
  create extension "$1" --tenant "$tenant" --name "$2" --outside-number "$3" \
    --password-file "$secrets/sip-$1" --digest md5
}

# extension_is_served NUMBER [DOMAIN]: the node challenges its REGISTER with what the extension has, MD5.
extension_is_served() {
  local answer domain=${2:-demo.tandem.test}
  exec 8<>"/dev/udp/$phones_a/5060"
  say_to 8 "$(registration "$1" "$domain" "up$RANDOM$RANDOM" 1)"
  answer=$(heard_at 8)
  exec 8>&-
  [[ $answer == "SIP/2.0 401"*MD5* && $answer != *SHA-256* ]]
}

# registration USER DOMAIN CALL NUMBER [FIELD...]: without credentials, from where nobody listens but who
# asks; NUMBER is its place in the call.
registration() {
  printf '%s\r\n' "REGISTER sip:$2 SIP/2.0" \
    "Via: SIP/2.0/UDP $phones_a:9;rport;branch=z9hG4bK$3-$4" "Max-Forwards: 70" \
    "From: <sip:$1@$2>;tag=$3" "To: <sip:$1@$2>" "Call-ID: $3@$phones_a" "CSeq: $4 REGISTER" \
    "${@:5}" "Content-Length: 0" ""
}

# say_to DESCRIPTOR MESSAGE, heard_at DESCRIPTOR: one write and one read are one datagram each; bash itself
# would write line by line. The last line's end, which is lost on the way here, is added again.
say_to() { dd bs=65535 iflag=fullblock count=1 status=none <<<"$2" >&"$1"; }
heard_at() { timeout 1 dd bs=65535 count=1 status=none <&"$1" || true; }

# What the demo call, the end-to-end tests and people need to know to use all this.
write_demo() {
  jq --null-input --arg api "$api" --arg secrets "$secrets" --arg reseller "$reseller" \
    --arg tenant "$tenant" --arg trunk "$trunk" --arg price_list "$price_list" \
    --arg secure "$phones_a:5061" --arg authority "$certificates/authority.crt" \
    --arg phones "$phones_a:5060" --arg trunks "$trunks_a:5060" --arg carrier "$carrier" \
    --arg alice "$alice" --arg bob "$bob" --arg csv "$PWD/Infra/demo/price-list.csv" '{
      api: $api, keyFile: "\($secrets)/operator-key", reseller: $reseller, tenant: $tenant,
      trunk: $trunk, priceList: $price_list, priceListFile: $csv, domain: "demo.tandem.test",
      phonesAddress: $phones, securePhonesAddress: $secure, authority: $authority, trunksAddress: $trunks, carrierAddress: $carrier,
      extensions: [
        {id: $alice, number: "101", name: "Alice Archer", outsideNumber: "+442079460101",
          passwordFile: "\($secrets)/sip-101"},
        {id: $bob, number: "102", name: "Bob Baker", outsideNumber: "+442079460102",
          passwordFile: "\($secrets)/sip-102"}
      ]
    }' >"$state/demo.json"
}
