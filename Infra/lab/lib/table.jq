# A report for people: lines, with tabs where columns are.
def ms: if . == null then "-" else "\(. * 10 | round / 10)" end;

# What those on one side did: in how many calls, and how long it took.
def side($side): map(select(.side == $side)) | if length == 0 then "-\t-\t-" else .[0]
  | "\(if .failed > 0 then "\(.calls - .failed) of " else "" end)\(.calls)\t\(.p50_ms | ms)\t\(.max_ms | ms)" end;

"\(.drill): \(.about)",
"\(.calls) calls; load \(.load.before) before, \(.load.after) after; the generator was late by at most \(.generator.lag_ms | ms) ms",
"",
"Stage\tms after the fault",
"detection\t\(.stages.detection_ms | ms)",
"decision\t\(.stages.decision_ms | ms)",
"adoption\t\(.stages.adoption_ms | ms)",
"",
"Calls\tHeard by\tTransport\tClass\tStreams\tSilence p50 ms\tp99 ms\tmax ms\tPackets lost, max\tDid not come back",
(.sound[] | [.kind, .toward, .transport, .class, .streams, (.silence_p50_ms | ms), (.silence_p99_ms | ms),
  (.silence_max_ms | ms), (.packets_lost_max // "-"), .dead] | map(tostring) | join("\t")),
"",
"Calls\tTransport\tClass\tof them\tLost",
(.kinds[] | "\(.kind)\t\(.transport)\t\(.class)\t\(.calls)\t\(.lost)"),
"",
"Calls lost\tReason",
(if (.lost | length) == 0 then "0\t-" else (.lost[] | "\(.calls)\t\(.kind), \(.transport): \(.reason)") end),
"",
"Afterwards\tTransport\tClass\tby callers\tp50 ms\tmax ms\tby callees\tp50 ms\tmax ms\tby others\tp50 ms\tmax ms",
(.deeds | group_by([.deed, .transport])[] | [.[0].deed, .[0].transport, .[0].class, side("caller"), side("callee"), side("third")]
  | join("\t")),
"",
"Records\tDifferences\tCharged\tPosted",
"\(.records.legs)\t\(.records.differences)\t\(.records.charged / 1000000)\t\(.records.posted / 1000000)",
"",
"Address\tHeld by, before\tEpoch\tafter\tEpoch",
(.holdings as $holdings | $holdings.before[] | . as $was
  | ($holdings.after[] | select(.address == $was.address)) as $is
  | "\($was.address)\t\($was.holder)\t\($was.epoch)\t\($is.holder)\t\($is.epoch)"),
"",
(.phones | values | "Phones came back by\tof them\tregistered\tp50 ms\tp99 ms\tmax ms",
  (.back[] | "\(.transport | ascii_upcase)\t\(.phones)\t\(.registered)\t\(.p50_ms)\t\(.p99_ms)\t\(.max_ms)"),
  "\(.refused) times they were told to come later (503), \(.rejected) times refused otherwise; \(.connections_lost) connections lost, \(.repeated) requests repeated",
  ""),
(.successions | select(length > 0) | "Killed\tTaken over by\tafter ms\tpromised\tcame back as",
  (.[] | "\(.lost)\t\(.successor // "nobody")\t\(.ms)\t\(.promised_ms)\t\(.returned_as)"),
  ""),
(.steered_ms | values | "The DNS sent phones to the other site after \(.) ms", ""),
"Sent from\tby\tfrom, ms\tto, ms\tPackets",
(.emissions | sort_by(.address, .begin_ms)[] | "\(.address)\t\(.node)\t\(.begin_ms)\t\(.end_ms)\t\(.packets)"),
"",
(.disturbed_ms as $disturbed | .emissions | map(select(.end_ms < $disturbed)) | if length > 0 then "the machine left its nodes without time before the fault" else empty end),
(.broken[] | "BROKEN: \(.)"),
(.verdict as $verdict | .late[] | if $verdict == "inconclusive" then "late, which counts for nothing: \(.)" else "BROKEN: \(.)" end),
"\(.drill): \(.verdict)"
