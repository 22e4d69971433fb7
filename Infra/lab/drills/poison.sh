# A stranger says again and again what processes die of. Sourced by drill.
about="a stranger says again and again what a node's process dies of; after two deaths nobody hears it any more"
promise='{"silence_p99_ms": 300, "moves": null, "deaths": 2}'
sound_seconds=16 stages=restart

strike() {
  local turn number deaths refused call=poison$RANDOM$RANDOM
  exec 7<>"/dev/udp/$lab_phones/5060"
  # First as whoever gets no answer (RFC 3261 section 17.1.2.2), then as fast as may be: fifty times the same
  # words, and others in the same call.
  for turn in {1..100}; do
    number=$((turn <= 50 ? 1 : turn))
    say_to 7 "$(registration 100000 "$lab_domain" "$call" "$number" "X-Deadly-Word: $deadly_word")"
    case $turn in
      1) sleep 0.5 ;;
      2) sleep 1 ;;
      *) sleep 0.05 ;;
    esac
  done
  (wait_until 5 "the node having told how much it refused" refused_are 90) || true
  deaths=$(how_often "$victim" died) refused=$(refused)
  [ "$deaths" = 2 ] || remark "$deaths processes died of one stranger's call, not two"
  [ "$refused" -ge 90 ] || remark "only $refused of 100 messages are counted as refused"
  say_to 7 "$(registration 100000 "$lab_domain" "harmless$RANDOM$RANDOM" 1)"
  [[ $(heard_at 7) == "SIP/2.0 401"* ]] || remark "the stranger is not answered when it says something else"
  exec 7>&-
}

refused() {
  curl --fail --silent --max-time 5 "$api/metrics" | awk -v node="$victim" '
    /^tandem_node_messages_quarantined_total/ && index($0, "\"" node "\"") { print $NF + 0 }'
}
refused_are() { [ "$(refused)" -ge "$1" ]; }
