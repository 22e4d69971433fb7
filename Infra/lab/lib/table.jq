# A report for people: lines, with tabs where columns are.
def ms: if . == null then "-" else "\(. * 10 | round / 10)" end;

"\(.drill): \(.about)",
"\(.calls) calls with sound both ways, by UDP; load \(.load.before) before, \(.load.after) after; the generator was late by at most \(.generator.lag_ms | ms) ms",
"",
"Stage\tms after the fault",
"detection\t\(.stages.detection_ms | ms)",
"decision\t\(.stages.decision_ms | ms)",
"adoption\t\(.stages.adoption_ms | ms)",
"",
"Calls\tHeard by\tTransport\tClass\tStreams\tSilence p50 ms\tp99 ms\tmax ms\tPackets lost, max\tDid not come back",
(.sound[] | [.kind, .toward, .transport, .class, .streams, (.silence_p50_ms | ms), (.silence_p99_ms | ms),
  (.silence_max_ms | ms), .packets_lost_max, .dead] | map(tostring) | join("\t")),
"",
"Calls lost\tReason",
(if (.lost | length) == 0 then "0\t-" else (.lost[] | "\(.calls)\t\(.kind): \(.reason)") end),
"",
"Records\tDifferences\tCharged\tPosted",
"\(.records.legs)\t\(.records.differences)\t\(.records.charged / 1000000)\t\(.records.posted / 1000000)",
"",
"Address\tHeld by, before\tEpoch\tafter\tEpoch",
(.holdings as $holdings | $holdings.before[] | . as $was
  | ($holdings.after[] | select(.address == $was.address)) as $is
  | "\($was.address)\t\($was.holder)\t\($was.epoch)\t\($is.holder)\t\($is.epoch)"),
"",
"Sent from\tby\tfrom, ms\tto, ms\tPackets",
(.emissions | sort_by(.address, .begin_ms)[] | "\(.address)\t\(.node)\t\(.begin_ms)\t\(.end_ms)\t\(.packets)"),
"",
(.broken[] | "BROKEN: \(.)"),
(.verdict as $verdict | .late[] | if $verdict == "inconclusive" then "late, which counts for nothing: \(.)" else "BROKEN: \(.)" end),
"\(.drill): \(.verdict)"
