# Who sends from which service address, as the site's network sees it. Sourced by drill, after network.sh.

# Looks at the machines' cables before they can be cut.
watch_emissions() {
  "$generator/emitters" lan-a1 lan-a2 -- "$lab_phones" "$lab_trunks" >"$work/emissions" &
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
  jq --raw-input --compact-output --argjson from "$struck" --arg phones "$lab_phones" 'split(" ")
    | {node: "node-\(.[0] | ltrimstr("lan-"))", address: (if .[1] == $phones then "phones-a" else "trunks-a" end),
       begin_ms: ((.[2] | tonumber) - $from), end_ms: ((.[3] | tonumber) - $from),
       packets: (.[4] | tonumber)}' "$work/emissions" | jq --slurp .
}
