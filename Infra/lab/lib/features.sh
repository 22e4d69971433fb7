# What a drill's callers find besides each other: a menu, a queue and its agent, a mailbox. Sourced after calls.sh.

readonly menu_extension=300 queue_extension=301 mailbox_extension=302
# Who serves the queue, as `provision_phone` counts.
readonly agent_phone=9998

# Of 200 calls with another party there are so many besides, as in `shares`.
readonly feature_shares="
  parked      10  carrier  udp  parked      *70
  menu        10  udp      -    choosing    $menu_extension
  conference  20  udp      -    conferring  *6
  message     10  udp      -    speaking    $mailbox_extension
  queue       10  udp      -    queued      $queue_extension"

provision_features() {
  provision "$laboratory/agent" 1 "$agent_phone"
  [ ! -e "$laboratory/features" ] || return 0
  ctl menu set "$(create_feature "$menu_extension" Menu)" --tenant "$tenant" --patience 30 --repeats 9 \
    --choice "1=extension:$(extension_of_phone "$visitor")" >/dev/null
  ctl queue set "$(create_feature "$queue_extension" Queue)" --tenant "$tenant" --without-agents \
    --agent "$(extension_of_phone "$agent_phone")" >/dev/null
  ctl mailbox set "$(create_feature "$mailbox_extension" Mailbox)" --tenant "$tenant" \
    --longest-message 900 --most-messages 1000 >/dev/null
  touch "$laboratory/features"
}

# create_feature NUMBER NAME: the extension's id, also when it is there.
create_feature() { create extension "$1" --tenant "$tenant" --name "$2"; }

extension_of_phone() { create_feature $((100000 + $1)) "Phone $1"; }
