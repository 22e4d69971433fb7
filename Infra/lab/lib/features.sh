# What a drill's callers find besides each other: a menu, a queue and its agent, a mailbox. Sourced after calls.sh.

readonly menu_extension=300 queue_extension=301 mailbox_extension=302
readonly callback_extension=303 followed_extensions=31
# Who serves the queues and who hears its messages, as `provision_phone` counts.
readonly agent_phone=9998 back_caller_phone=9996 listener_phone=9995
# Who is paged, likewise, and by what.
readonly first_paged_phone=9500 paging_extensions=32
# Where users are looked for is so much behind this number. The parties know it, too.
readonly followed_number=+447400005000 next_number=+447400006000

# Of 200 calls with another party there are so many besides, as in `shares`.
readonly feature_shares="
  parked      10  carrier  udp  parked      *70
  menu        10  udp      -    choosing    $menu_extension
  conference  20  udp      -    conferring  *6
  message     10  udp      -    speaking    $mailbox_extension
  queue       10  udp      -    queued      $queue_extension
  page        10  udp      udp  paged       $paging_extensions"

# Of those who wait for somebody's word, likewise.
readonly asking_shares="
  callback       10  udp  -        awaiting   $callback_extension
  message-heard  10  udp  -        hearing    *97
  followed       10  udp  carrier  following  $followed_extensions"

provision_features() {
  provision "$laboratory/agent" 1 "$agent_phone"
  provision_paged
  [ ! -e "$laboratory/features" ] || return 0
  ctl menu set "$(create_feature "$menu_extension" Menu)" --tenant "$tenant" --patience 30 --repeats 9 \
    --choice "1=extension:$(extension_of_phone "$visitor")" >/dev/null
  ctl queue set "$(create_feature "$queue_extension" Queue)" --tenant "$tenant" --without-agents \
    --agent "$(extension_of_phone "$agent_phone")" >/dev/null
  ctl mailbox set "$(create_feature "$mailbox_extension" Mailbox)" --tenant "$tenant" \
    --longest-message 900 --most-messages 1000 >/dev/null
  touch "$laboratory/features"
}

# Groups of one member each, whose phone is there for nothing else.
provision_paged() {
  local known number wanted
  known=$(cat "$laboratory/paging-groups" 2>/dev/null || echo 0) wanted=$(share_of 10)
  [ "$known" -lt "$wanted" ] || return 0
  find_tenant
  provision "$laboratory/paged-phones" "$wanted" "$first_paged_phone"
  for ((number = known; number < wanted; number++)); do
    ctl paging set "$(create_feature "$paging_extensions$((10 + number))" "Paging $number")" --tenant "$tenant" \
      --member "$(extension_of_phone $((first_paged_phone + number)))" --longest 3600 >/dev/null
    echo $((number + 1)) >"$laboratory/paging-groups"
  done
}

# create_feature NUMBER NAME: the extension's id, also when it is there.
create_feature() { create extension "$1" --tenant "$tenant" --name "$2"; }

extension_of_phone() { create_feature $((100000 + $1)) "Phone $1"; }

# What calls need that wait for somebody's word.
provision_asking() {
  find_tenant
  provision "$laboratory/back-caller" 1 "$back_caller_phone"
  provision "$laboratory/listener" 1 "$listener_phone"
  provision_followed
  [ ! -e "$laboratory/asking" ] || return 0
  ctl queue set "$(create_feature "$callback_extension" Callback)" --tenant "$tenant" --without-agents \
    --agent "$(extension_of_phone "$back_caller_phone")" --announces-every 0 --callback 8 --callback-after 1 >/dev/null
  ctl mailbox set "$(extension_of_phone "$listener_phone")" --tenant "$tenant" --longest-message 300 >/dev/null
  touch "$laboratory/asking"
}

# Users who have no phone: they are looked for at a number outside, which is asked, and then at another, which is not.
provision_followed() {
  local known number user wanted
  known=$(cat "$laboratory/followed-users" 2>/dev/null || echo 0) wanted=$(share_of 10)
  for ((number = known; number < wanted; number++)); do
    user=$(create_feature "$followed_extensions$((10 + number))" "Followed $number")
    jq --null-input --arg outside "+$((${followed_number#+} + number))" --arg next "+$((${next_number#+} + number))" '[
        {targets: [{kind: "outside", number: $outside}], rings_for: 60},
        {targets: [{kind: "outside", number: $next}], rings_for: 60, confirms: false}]' |
      ctl follow-me set "$user" --tenant "$tenant" --steps-file - >/dev/null
    echo '[{"when": "always", "then": "follow-me"}]' |
      ctl answering set "$user" --tenant "$tenant" --rules-file - >/dev/null
    echo $((number + 1)) >"$laboratory/followed-users"
  done
}

# leave_message: what is heard later, two minutes long, by a phone of its own run, before the listener's own is there.
leave_message() {
  local mailbox
  [ ! -e "$laboratory/message-left" ] || return 0
  say "==> Leaving a message of two minutes"
  mv "$work/plan" "$work/plan.drill"
  echo "message 1 udp - speaking $((100000 + listener_phone))" >"$work/plan"
  register_phones
  order call
  await_result 60 up "the message being spoken"
  sleep 120
  order hang-up
  await_result 30 calls "the message's end"
  stop_generator
  rm --recursive "$work/parties" "$work/orders"
  mv "$work/plan.drill" "$work/plan"
  mailbox=$(extension_of_phone "$listener_phone")
  wait_until 30 "the message being there" has_message "$mailbox"
  touch "$laboratory/message-left"
}

has_message() { [ "$(ctl mailbox messages "$1" --tenant "$tenant" | jq '.items | length')" -ge 1 ]; }
