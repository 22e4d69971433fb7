# What a drill found, judged by what section 9 of the design promises. In: what `measures` prints. Out: the
# report. `broken` and `late` are sentences; what is late counts only where the generator was not.

# The generator's own lag from which on times say nothing, in ms.
def lag_bar: 20;
# A stream's packets come so far apart, in ms: a silence of 60 ms is 80 ms between two packets.
def pace: 20;

# Nearest rank.
def percentile($p): sort | if length == 0 then null else .[(length * $p / 100 | ceil) - 1] end;

# Halves to even, as the price list has it: 10⁻⁹ a minute times seconds, in 10⁻⁶.
def due($price):
  (. * $price) as $product | ($product / 60000 | floor) as $whole | ($product % 60000) as $rest
  | if $rest > 30000 or ($rest == 30000 and $whole % 2 == 1) then $whole + 1 else $whole end;

# How a group's calls are named: by kind and, beside it, transport and class, of which none is averaged with another.
def named: .[0] | {kind, transport, class};
def which: "\(.kind), \(.transport)";

def sound: group_by([.kind, .transport, .toward]) | map(named + {
  toward: .[0].toward, streams: length,
  silence_p50_ms: (map(.silence) | percentile(50)), silence_p99_ms: (map(.silence) | percentile(99)),
  silence_max_ms: (map(.silence) | max), packets_lost_max: (map(.lost) | max),
  dead: (map(select(.dead)) | length)});

def reason: if . == 1 then "hung up by the system" elif . == 408 then "no answer to BYE"
  elif . == 0 then "never up" else "BYE refused with \(.)" end;

def kinds: group_by([.kind, .transport])
  | map(named + {calls: length, lost: (map(select(.ended != "ok")) | length)});

def lost: map(select(.ended != "ok")) | group_by([.kind, .transport, .why])
  | map(named + {reason: (.[0].why | reason), calls: length});

# Who was asked, or heard a message, is let go where the site is lost, and nowhere else: there it would have to be told a new place
# first, and who has the messages may not be there for a while.
def let_go($promise): if $promise.moves == "across" then [] else
  [.[] | select(.let_go)] | group_by([.kind, .transport])
  | map("\(length) calls (\(.[0] | which)) were let go before anybody wanted that") end;

# What the sides did within their calls after the fault, BYE among it: by transport and side.
def deeds($calls): (. + [$calls[] | select(.by != null and .ended == "ok")
    | {kind, transport, class, side: .by, deed: "bye", why: 0, ms: .bye_ms}])
  | group_by([.deed, .transport, .side]) | map({deed: .[0].deed, transport: .[0].transport, class: .[0].class,
      side: .[0].side, calls: length, failed: (map(select(.why != 0)) | length),
      kinds: (map(select(.why != 0).kind) | unique), reasons: (map(select(.why != 0).why) | unique),
      p50_ms: (map(.ms | values) | percentile(50)), max_ms: (map(.ms | values) | max)});
def deed_faults: [.[] | select(.failed > 0)
  | "\(.deed) by the \(.side) failed in \(.failed) of \(.calls) calls by \(.transport) (\(.kinds | join(", "))): \(.reasons | map(tostring) | join(", "))"];

# The legs that a call has on record: one for each party, the callers' coming in, and that of who took it from where it was
# parked; the exchange has none, but one for where a menu led.
def legs_due: if .state == "parked" then ["incoming", "incoming", "outgoing"]
  # Who is called back has a leg, the agent another, and the queue that calls them one of its own.
  elif .state == "awaiting" then ["incoming", "outgoing", "outgoing"]
  else ["incoming"] + [range(.parties - 1) | "outgoing"] end;

# Whom a minute at its place reminds of a parked call is busy, and the call waits on.
def reminds($call): $call.state == "parked" and .direction == "outgoing" and .outcome == "busy";

# Where a menu or a user's steps led.
def leads($call): ($call.exchange or $call.state == "following") and .outcome == "forwarded";

# Who was asked whether it takes the call, and was let go before it did: its carrier was answered all the same.
def was_let_go($call): $call.state == "following" and $call.let_go and .carrier and .direction == "outgoing";

# Whoever handed its call over left it early, and whoever it was handed to came late.
def lasts_as_long($call): if $call.state == "awaiting" then .sip_call_id == $call.id
  elif .direction == "incoming" then .sip_call_id == $call.id and $call.left != "caller"
  else $call.parties == 2 and $call.state != "following" and ($call.exchange | not) end;

# Who was asked before it took the call has talked for longer than its caller.
def lasts_too_short($call): $call.state == "following" and .direction == "outgoing" and .outcome == "answered"
  and ($call.let_go | not) and .talk_milliseconds / 1000 + 1 < $call.seconds;

# Differences between what the calls were and what their records say, in sentences.
def record_faults($calls; $price):
  . as $legs | (map({key: .sip_call_id, value: .call}) | from_entries) as $call_of
  | (group_by(.call) | map({key: .[0].call, value: .}) | from_entries) as $legs_of
  | [$calls[] | . as $call | $call_of[$call.id] as $id
    | if $id == null then "\($call.id) has no record" else
        $legs_of[$id] | map(select((leads($call) or reminds($call)) | not))
        | (if (map(.direction) | sort) != ($call | legs_due)
            then "\($call.id) (\($call | which)) has the legs \(map(.direction))" else empty end),
          (.[] | . as $leg
            | (if (.outcome != "answered" or .evidence != "signalled") and (was_let_go($call) | not)
                then "\($call.id) (\($call | which)): \(.direction) leg is \(.outcome), \(.evidence)" else empty end),
              (if ($call.ended == "ok") and (lasts_too_short($call) or (lasts_as_long($call)
                  and ((.talk_milliseconds / 1000 - $call.seconds) | fabs > 1)))
                then "\($call.id) (\($call | which)): \(.direction) leg talked \(.talk_milliseconds) ms, not \($call.seconds) s"
                else empty end),
              (if .carrier and .direction == "outgoing" then
                (if .charged == null or .postings != 1 or .posted != .charged
                    or .charged != (.billed_seconds | due($price))
                    or (((.billed_seconds - .talk_milliseconds / 1000) | fabs > 1) and (was_let_go($call) | not))
                  then "\($call.id): \(.billed_seconds) s charged as \(.charged), posted \(.postings) times as \(.posted)"
                  else empty end)
              elif .charged != null or .posted != null then "\($call.id): a free leg is charged"
              else empty end))
      end]
    + (($legs_of | length) as $found | ($calls | length) as $made
      | if $found > $made then ["\($found - $made) calls on record that nobody made"] else [] end);

# A recording is in files of 5 s, of which the last may go with its process, and what was under way to it, a second at a time. It takes
# a moment to begin; so does a message, whose caller skips the greeting and waits for the tone. In ms.
def goes_with_a_process: 5000 + 1000;
def recorded_as: {recorded: {kind: "recording", ending: "call-ended", begins: 1000},
  speaking: {kind: "message", ending: "hung-up", begins: 4000}};

# What was recorded, and what was left as a message, is there once, and is as long as the call but for what the fault took. In: the legs.
def recording_faults($calls; $sounds; $promise):
  (map({key: .sip_call_id, value: .call}) | from_entries) as $call_of
  | (if $promise.adopts == false then 0
     else ($promise.deaths // 1) * (goes_with_a_process + ($promise.silence_p99_ms // 0)) end) as $taken
  | [$calls[] | . as $call | recorded_as[.state // ""] | values | . as $due | select($call.ended == "ok")
    | [$sounds[] | select(.kind == $due.kind and .call == $call_of[$call.id])]
    | if length != 1 then "\($call.id) (\($call | which)) has \(length) \($due.kind)s"
      else .[0] | ($call.seconds * 1000 - .milliseconds) as $missing
        | if $missing < -1000 or $missing > $due.begins + $taken
          then "\($call.id) (\($call | which)): \(.milliseconds) ms are recorded of \($call.seconds) s"
          elif .ending != $due.ending then "\($call.id) (\($call | which)): the \($due.kind) ended by \(.ending)"
          else empty end end];

# Who was to hold the addresses afterwards, and under which epoch. `moves` "across": who stood by in another site;
# null: a keeper that comes too late is no worse than a machine that died.
def ownership_faults($promise): . as $holdings
  | [$holdings.before[] | . as $was
    | ($holdings.after[] | select(.address == $was.address)) as $is
    | (if $promise.moves == "across" then $was.standby else $was.heir end) as $next
    | if $promise.moves == null then empty
      elif $promise.moves and ($is.holder != $next or $is.epoch == $was.epoch)
      then "\($was.address) is held by \($is.holder) under \($is.epoch), not by \($next)"
      elif ($promise.moves | not) and ($is.holder != $was.holder or $is.epoch != $was.epoch)
      then "\($was.address) moved from \($was.holder) to \($is.holder)" else empty end];

# Two may send from one address so long, in ms; whoever was away and lost its addresses sends nothing more.
def two_emit_bar: 1000;
def emission_faults($promise; $victim; $returned): . as $all
  | [range(length) as $i | range($i + 1; length) as $j | $all[$i] as $one | $all[$j] as $other
    | select($one.address == $other.address and $one.node != $other.node)
    | (([$one.end_ms, $other.end_ms] | min) - ([$one.begin_ms, $other.begin_ms] | max)) as $both
    | select($both > two_emit_bar)
    | "\($one.node) and \($other.node) sent from \($one.address) for \($both) ms both"]
  + [$all[] | select($promise.silent_once_back and .node == $victim and .end_ms >= $returned)
    | "\(.node) sent from \(.address) until \(.end_ms - $returned) ms after it was back"];

# Nothing was done to it yet, and nothing came from it for a while: the machine had no time for it, and silence
# is as little its own as the generator's lag.
def starved($disturbed): any(.[]; .end_ms < $disturbed);

# What has no figure is not promised, nor is it to those who return by themselves when another site carries on.
def late_rows($promise): [.[] | select($promise.moves != "across" or .class == "M")
  | (if $promise.silence_p99_ms != null and .silence_p99_ms > $promise.silence_p99_ms
      then "\(which), toward the \(.toward): p99 of silence \(.silence_p99_ms) ms, promised \($promise.silence_p99_ms)"
      else empty end),
    (if $promise.packets_lost != null and .packets_lost_max > $promise.packets_lost
      then "\(which), toward the \(.toward): \(.packets_lost_max) packets lost, promised \($promise.packets_lost)"
      else empty end)];

# Phones that came back all at once.
def phone_faults($promise): [values | .back[]
  | (if .registered < .phones then "\(.phones - .registered) of \(.phones) phones by \(.transport | ascii_upcase) are not back" else empty end),
    (if $promise.back_ms != null and .max_ms > $promise.back_ms
      then "the last phone by \(.transport | ascii_upcase) was back after \(.max_ms) ms, promised \($promise.back_ms)" else empty end)];

# Engines of which one leads: somebody took the place of whoever was killed, and in time.
def succession_faults: [.[]? | select(.successor == null) | "nobody took the place of \(.lost)"];
def late_successions: [.[]? | select(.successor != null and .ms > .promised_ms)
  | "\(.successor) took the place of \(.lost) after \(.ms) ms, promised \(.promised_ms)"];

. as $found
| (.streams | sound) as $sound
| (.calls | lost) as $lost
| (.deeds | deeds($found.calls)) as $deeds
| (.legs | record_faults($found.calls; $found.price)
    + recording_faults($found.calls; $found.sounds; $found.promise)) as $records
| ([$lost[] | "\(.calls) calls (\(which)) lost: \(.reason)"]
  + [$sound[] | select(.dead > 0) | "\(which): \(.dead) streams toward the \(.toward) did not come back"]
  + (.calls | let_go($found.promise))
  + (if .promise.adopts != false and .stages.adoption_ms == null then ["nobody carried on"] else [] end)
  + ($deeds | deed_faults)
  + (.holdings | ownership_faults($found.promise))
  + (.emissions | emission_faults($found.promise; $found.victim; $found.returned_ms))
  + (.phones | phone_faults($found.promise))
  + (.successions | succession_faults)
  + $records + .remarks) as $broken
| (($sound | late_rows($found.promise)) + (.successions | late_successions)) as $late
| {drill, about, begun, load, calls: (.calls | length), promise, generator, disturbed_ms,
   stages, sound: $sound, kinds: (.calls | kinds), lost: $lost, deeds: $deeds,
   records: {legs: (.legs | length), differences: ($records | length),
     charged: (.legs | map(.charged // 0) | add // 0), posted: (.legs | map(.posted // 0) | add // 0)},
   emissions, phones, successions, steered_ms, holdings, broken: $broken, late: $late,
   verdict: (if ($broken | length) > 0 then "broken" elif .generator.lag_ms >= lag_bar then "inconclusive"
     elif ($late | length) > 0 and (.emissions | starved($found.disturbed_ms)) then "inconclusive"
     elif ($late | length) > 0 then "broken" else "kept" end)}
