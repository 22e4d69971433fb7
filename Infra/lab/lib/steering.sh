# What phones are told by the name servers. Sourced by drill, after network.sh; `steering` is who asks meanwhile.

steering=

# told_first SERVER DOMAIN: the address that phones by UDP try first (RFC 3263 section 4), or nothing.
told_first() {
  local target
  target=$(ask "$1" "_sip._udp.$2" SRV | sort --numeric-sort | awk 'NR == 1 { print $4 }')
  [ -z "$target" ] || ask "$1" "$target" A
}

# ask SERVER NAME TYPE
ask() { dig +short +time=1 +tries=1 -p "$names_port" "@${host_of[$1]}" "$2" "$3" || true; }

# watch_steering SERVER DOMAIN IP: beside everything else; in $work/steered is after how many ms phones are sent there.
watch_steering() {
  (
    until [ "$(told_first "$1" "$2")" = "$3" ]; do
      [ $(($(now_ms) - struck)) -lt 30000 ] || exit 0
      sleep 0.05
    done
    echo $(($(now_ms) - struck)) >"$work/steered"
  ) &
  steering=$!
}

# end_steering SERVER: a remark where they are not.
end_steering() {
  wait "$steering" || true
  steering=
  [ -s "$work/steered" ] || remark "$1 does not send phones to where they are served"
}

# After how many ms; null: nobody asked, or they were not sent there.
steered() { if [ -s "$work/steered" ]; then cat "$work/steered"; else echo null; fi; }
