# Engines of which one leads, and who takes its place. Sourced by drill, after faults.sh; `successions` is
# what was found, as JSON.

# note_succession LOST SUCCESSOR MS PROMISED-MS: no successor: there was none in time.
note_succession() {
  successions=$(jq --compact-output --arg lost "$1" --arg successor "$2" --argjson ms "$3" --argjson promised "$4" '
    . + [{$lost, successor: (if $successor == "" then null else $successor end), $ms, promised_ms: $promised}]' \
    <<<"$successions")
}

# MARK: - etcd

# await_leader LOST MS: another member leads. Most of them know then, so writes go on.
await_leader() {
  local begun leader=
  begun=$(now_ms)
  until leader=$(leading_member) && [ "$leader" != "$1" ]; do
    [ $(($(now_ms) - begun)) -lt 30000 ] || { leader= && break; }
    sleep 0.05
  done
  note_succession "$1" "$leader" $(($(now_ms) - begun)) "$2"
}

# let_lead MEMBER: without a fault.
let_lead() {
  local leader place id
  leader=$(leading_member) || fail "no member of etcd leads"
  [ "$leader" != "$1" ] || return 0
  say "==> $1 leads instead of $leader"
  place_of "$1"
  id=$("${place[@]}" curl --fail --silent --max-time 3 --data '{}' \
    "http://${host_of[$1]}:$etcd_port/v3/maintenance/status" | jq --raw-output .header.member_id)
  place_of "$leader"
  "${place[@]}" curl --fail --silent --max-time 5 --data "{\"targetID\": \"$id\"}" \
    "http://${host_of[$leader]}:$etcd_port/v3/maintenance/transfer-leadership" >/dev/null ||
    fail "$leader did not let $1 lead"
  wait_until 10 "$1 leading" leads "$1"
}

leads() { [ "$(leading_member)" = "$1" ]; }

# MARK: - Postgres

# watch_writes: beside everything else, from the fault on; in $work/written is after how many ms a fact that came after
# it is committed, which it is not before a second Postgres has it.
watch_writes() {
  (
    until facts_are_taken; do
      [ $(($(now_ms) - struck)) -lt 90000 ] || exit 0
      sleep 0.5
    done
    echo $(($(now_ms) - struck)) >"$work/written"
  ) &
  writes=$!
}

# await_writes LOST MS
await_writes() {
  local successor=
  wait "$writes" || true
  [ ! -s "$work/written" ] || successor=$(primary_server) || successor=
  note_succession "$1" "$successor" "$(if [ -s "$work/written" ]; then cat "$work/written"; else echo 90000; fi)" "$2"
}

# move_writes_away_from SERVER: to one that has whatever was committed, without a fault.
move_writes_away_from() {
  local candidate
  ! takes_writes "$1" || {
    candidate=$(cluster_seen | jq --raw-output '.members[] | select(.role == "sync_standby") | .name')
    say "==> $candidate takes the writes from $1"
    asks_patroni "$1" switchover --data "{\"leader\": \"$1\", \"candidate\": \"$candidate\"}" --max-time 60 >/dev/null ||
      fail "$1 did not give the writes away"
    wait_until 60 "$candidate taking writes and the others following it" cluster_is_whole
  }
}

# move_writes_to SERVER: only a synchronous standby may take them, so it may take more than one step.
move_writes_to() {
  local primary step
  for step in 1 2 3 4; do
    primary=$(primary_server) || fail "no Postgres takes writes"
    [ "$primary" != "$1" ] || return 0
    move_writes_away_from "$primary"
  done
  fail "$1 never became the one that takes writes"
}

# let_site_lead SITE: its Postgres takes writes, and its member of etcd leads.
let_site_lead() {
  move_writes_to "postgres-$1"
  let_lead "etcd-$1"
}

# Who holds what is told by Postgres too.
await_holdings() {
  wait_until 60 "a control plane that can tell who holds what" curl --fail --silent --max-time 2 "$api/readyz"
  after=$(holdings)
}

facts_are_taken() {
  [ "$(sql "SELECT EXISTS (SELECT FROM facts WHERE received_at > to_timestamp($struck / 1000.0))" 2>/dev/null)" = t ]
}

# MARK: - Afterwards

# What became of whoever was lost, once everything is put back.
successions_found() {
  local lost found=$successions
  for lost in $(jq --raw-output '.[].lost' <<<"$successions"); do
    found=$(jq --compact-output --arg lost "$lost" --arg role "$(returned_as "$lost")" '
      map(if .lost == $lost then .returned_as = $role else . end)' <<<"$found")
  done
  echo "$found"
}

# returned_as PROCESS: in a few words.
returned_as() {
  local rewound=
  if [[ $1 != postgres-* ]]; then
    [ "$(leading_member)" = "$1" ] && echo leader || echo follower
    return
  fi
  ! was_rewound "$1" || rewound=", rewound"
  cluster_seen | jq --raw-output --arg name "$1" --arg rewound "$rewound" \
    '.members[] | select(.name == $name) | .role + $rewound'
}

# was_rewound SERVER: since the fault; Patroni's log has the time of this machine.
was_rewound() {
  local since
  since=$(date --date "@$((struck / 1000))" '+%Y-%m-%d %H:%M:%S')
  awk -v since="$since" '$0 >= since && /running pg_rewind/ { found = 1 } END { exit !found }' "$site/log/$1.log"
}
