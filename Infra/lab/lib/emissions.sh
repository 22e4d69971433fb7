# Who sends from which service address, as the site's network sees it. Sourced by drill, after network.sh.

# Looks at the machines' cables before they can be cut: those of `watched`.
watch_emissions() {
  "$generator/emitters" "${watched[@]}" -- "$lab_phones" "$lab_trunks" "$lab_phones_b" "$lab_trunks_b" \
    "$lab_phones6" "$lab_trunks6" "$lab_phones_b6" "$lab_trunks_b6" >"$work/emissions" &
  watcher=$!
}

end_watch() {
  kill "$watcher"
  wait "$watcher"
  watcher=
}

stop_watch() { [ -z "$watcher" ] || kill "$watcher" 2>/dev/null || true; }

# The times in which a machine sent from an address without a pause; times in ms after the fault.
emissions() {
  jq --raw-input --compact-output --argjson from "$struck" --argjson names \
    "{\"$lab_phones\": \"phones-a\", \"$lab_trunks\": \"trunks-a\", \"$lab_phones_b\": \"phones-b\", \"$lab_trunks_b\": \"trunks-b\",
      \"$lab_phones6\": \"phones-a\", \"$lab_trunks6\": \"trunks-a\", \"$lab_phones_b6\": \"phones-b\", \"$lab_trunks_b6\": \"trunks-b\"}" '
    split(" ") | {node: "node-\(.[0] | ltrimstr("lan-"))", address: $names[.[1]],
       begin_ms: ((.[2] | tonumber) - $from), end_ms: ((.[3] | tonumber) - $from),
       packets: (.[4] | tonumber)}' "$work/emissions" | jq --slurp .
}
