# What a drill finds, as JSON. Sourced after calls.sh; `struck` is when the fault came from which times count, in ms,
# and `disturbed` when anything was first done.

# when PROCESS MESSAGE: ms from the fault until the process said so last; null: it did not.
when() { said "$1" "$2" | jq max; }

# how_often PROCESS MESSAGE: the process said so since the fault.
how_often() { said "$1" "$2" | jq length; }

# said PROCESS MESSAGE: the times at which it said so, in ms after the fault.
said() { said_of "$1" "$2" | jq --compact-output 'map(.at)'; }

# when_first PROCESS MESSAGE: of what was said of each address the first, and of these the last.
when_first() {
  said_of "$1" "$2" | jq 'group_by(.address) | map(map(.at) | min) | max'
}

# said_of PROCESS MESSAGE: when it said so, and of which address; `control-plane` is any replica.
said_of() {
  local logs=("$site/log/$1.log")
  [ "$1" != control-plane ] || logs=("${replicas[@]/#/$site/log/}") logs=("${logs[@]/%/.log}")
  jq --null-input --raw-input --compact-output --arg message "$2" --argjson from "$struck" '
    [inputs | fromjson? | select(.message == $message)
      | {address, at: ((.time[0:19] + "Z" | fromdateiso8601) * 1000 + (.time[20:23] | tonumber) - $from)}
      | select(.at >= 0)]' "${logs[@]}"
}

# takeovers_within SECONDS: forced moves of site a's phones' address in the time just past.
takeovers_within() {
  local struck
  struck=$((($(date +%s) - $1) * 1000))
  said_of control-plane "taken over" | jq 'map(select(.address == "phones-a")) | length'
}

# Nobody has to find anything out, and nobody to decide.
stages_of_none() { echo '{"detection_ms": null, "decision_ms": null, "adoption_ms": null}'; }

# When the leader granted the last address, when the heir served it.
stages_of_move() {
  jq --null-input --argjson decision "$(when control-plane granted)" \
    --argjson adoption "$(when "$heir" "an address is served")" \
    '{detection_ms: null, decision_ms: $decision, adoption_ms: $adoption}'
}

# When a replica took the node for dead, when the address was granted, when the heir served both.
stages_of_takeover() {
  jq --null-input --argjson detection "$(when_first control-plane "a holder is taken for dead")" \
    --argjson decision "$(when control-plane "taken over")" \
    --argjson adoption "$(when "$heir" "an address is served")" \
    '{detection_ms: $detection, decision_ms: $decision, adoption_ms: $adoption}'
}

# When the keeper saw its process dead, when it had started the next one, when that served.
stages_of_restart() {
  jq --null-input --argjson detection "$(when "$victim" died)" \
    --argjson decision "$(when "$victim" started)" --argjson adoption "$(when "$victim" "node serves")" \
    '{detection_ms: $detection, decision_ms: $decision, adoption_ms: $adoption}'
}

now_ms() { date +%s%3N; }

# holdings: who has site a's addresses, under which epoch.
holdings() {
  ctl address list | jq --compact-output \
    '[.items[] | select(.site == "a") | {address: .name, holder: .held_by, heir, standby, epoch}]'
}

sql() { as_administrator tandem --tuples-only --no-align --command "$1"; }

# The records that the drill's calls have, and what was posted for each. When a call began a node says by its own clock, which may
# be wrong; when word of it came first, by Postgres'. Of an earlier drill's legs there may come more.
legs() {
  sql "SELECT coalesce(json_agg(entry), '[]') FROM (
    SELECT c.leg_id AS leg, c.call_id AS call, c.sip_call_id, c.direction,
      c.trunk_id IS NOT NULL AS carrier, c.outcome, c.evidence, c.ended_by, c.talk_milliseconds,
      h.billed_seconds, (h.amount * 1000000)::bigint AS charged,
      (SELECT count(*) FROM ledger_entries l WHERE l.leg_id = c.leg_id AND posting = 'charge') -
        (SELECT count(*) FROM ledger_entries l WHERE l.leg_id = c.leg_id AND posting = 'reversal')
        AS postings,
      (SELECT sum(amount * 1000000)::bigint FROM ledger_entries l WHERE l.leg_id = c.leg_id) AS posted
    FROM cdrs c JOIN tenants t USING (tenant_id)
    LEFT JOIN charges h ON h.leg_id = c.leg_id AND h.revision = c.charge_revision
    WHERE t.domain IN ('$lab_domain', '$passing_domain')
      AND c.leg_id IN (SELECT leg_id FROM facts GROUP BY leg_id HAVING min(received_at) >= to_timestamp($begun / 1000.0))) entry"
}

# What was recorded of the drill's calls, and which messages were left.
sounds() {
  sql "SELECT coalesce(json_agg(entry), '[]') FROM (
    SELECT 'recording' AS kind, call_id AS call, milliseconds, ending FROM call_recordings
    WHERE begun_at >= to_timestamp($begun / 1000.0)
    UNION ALL
    SELECT 'message', call_id, milliseconds, ending FROM mailbox_messages
    WHERE left_at >= to_timestamp($begun / 1000.0)) entry"
}

# Every fact and every sound is in Postgres, and every leg has its record; or the time is over, which the records tell.
await_records() {
  local deadline=$((SECONDS + 30))
  until facts_are_committed && sounds_are_kept && [ "$(legs | jq length)" -ge "$(legs_made)" ]; do
    [ "$SECONDS" -lt "$deadline" ] || return 0
    sleep 0.25
  done
}

# Whoever dies next, its heir has its calls from whichever replica it hears: all know as many, and all that nodes have.
expect_calls_known() {
  local replica
  for replica in "${replicas[@]}"; do
    answers "$replica" || continue
    (wait_until 5 "$replica knowing every call" knows_calls "$replica") 2>/dev/null ||
      remark "$replica knows $(calls_kept_by "$replica") calls, and there are $(most_calls_known)"
  done
}
answers() { curl --fail --silent --max-time 1 --output /dev/null "$(api_of "$1")/metrics"; }
knows_calls() { [ "$(calls_kept_by "$1")" -ge "$(most_calls_known)" ]; }
most_calls_known() {
  for replica in "${replicas[@]}"; do
    calls_kept_by "$replica"
    calls_told_to "$replica"
  done | sort --numeric-sort | tail --lines 1
}

# Nobody is to carry on a call that is over: no replica keeps any.
expect_calls_forgotten() {
  local replica
  for replica in "${replicas[@]}"; do
    (wait_until 5 "$replica having forgotten all calls" forgets_calls "$replica") 2>/dev/null ||
      remark "$replica keeps $(calls_kept_by "$replica") calls that are over"
  done
}
forgets_calls() { [ "$(calls_kept_by "$1")" = 0 ]; }
calls_kept_by() { sum_at "$1" tandem_node_checkpoints; }
calls_told_to() { sum_at "$1" tandem_node_calls; }
# sum_at REPLICA METRIC
sum_at() {
  curl --fail --silent --max-time 5 "$(api_of "$1")/metrics" |
    awk -v metric="^$2{" '$0 ~ metric { sum += $NF } END { print sum + 0 }'
}

# legs_made: as many as parties were in the calls.
legs_made() { jq --slurp 'map(.parties) | add' "$work/parties/calls"; }

# Nothing of it lies on a node's disk any more, and its end is known.
sounds_are_kept() {
  [ -z "$(find "$site"/nodes/*/sounds -name '*.mp3*' -print -quit 2>/dev/null)" ] &&
    [ "$(sounds | jq 'all(.ending != null)')" = true ]
}

facts_are_committed() {
  curl --fail --silent --max-time 5 "$api/metrics" | awk '
    /^tandem_node_unacknowledged_facts/ { seen = 1; waiting += $NF }
    END { exit !(seen && waiting == 0) }'
}

# found NAME: what the generator has written down of calls, streams or deeds. A deed's `why` is 0 where it was answered well,
# else a status, after `ms`.
found() { jq --slurp . "$work/parties/$1"; }

# The generator's own lateness, in ms.
generator_lag() { jq .lag_ms "$work/parties/sound"; }

# In 10⁻⁹ of the currency unit a minute: what calls to the numbers that the drill dials cost.
price() { awk -F , '$1 == "4474" { printf "%d", $3 * 1000000000 + 0.5 }' Infra/demo/price-list.csv; }

# Everything, for judge.jq.
measures() {
  jq --null-input --arg drill "$drill" --arg about "$about" --argjson promise "$promise" \
    --argjson begun "$begun" --slurpfile calls <(found calls) --slurpfile streams <(found streams) \
    --slurpfile legs <(legs) --slurpfile sounds <(sounds) --argjson price "$(price)" --argjson lag "$(generator_lag)" \
    --argjson stages "$("stages_of_$stages")" --argjson before "$before" --argjson after "$after" \
    --slurpfile deeds <(found deeds) --slurpfile emissions <(emissions) --arg victim "$victim" --argjson struck "$struck" \
    --argjson phones "$(returned_phones)" --argjson successions "$(successions_found)" --argjson steered "$(steered)" \
    --argjson returned "$returned" --argjson disturbed "$disturbed" --arg load_before "$load_before" --arg load_after "$(load_average)" --argjson remarks "$remarks" '{
      $drill, $about, $promise, begun: ($begun / 1000 | floor | todateiso8601), $price,
      calls: $calls[0], streams: $streams[0], legs: $legs[0], sounds: $sounds[0],
      deeds: $deeds[0], emissions: $emissions[0], $victim, $phones, $successions, steered_ms: $steered,
      disturbed_ms: ($disturbed - $struck),
      returned_ms: (if $returned then $returned - $struck else null end),
      generator: {lag_ms: $lag}, $stages, holdings: {$before, $after}, $remarks,
      load: {before: $load_before, after: $load_after}}'
}
