# Clocks make steps of an hour and more while calls go on. Sourced by drill.
about="the wall clock of the holder's machine steps an hour ahead, then two back, those of the control planes likewise; calls end so"
# Nobody measures a time by it; it is read to say when something was.
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": false, "adopts": false}'
sound_seconds=24

strike() {
  local machine machines hours
  for machines in "$(machine_of "$victim")" "${lab_sites[*]/#/cp-}"; do
    for hours in 1 -1; do
      for machine in $machines; do step_clock "$machine" $((hours * 3600)); done
      sleep 1
      # By digest, with nonces of now.
      (phones=30 && gather_phones && dismiss_phones) ||
        remark "not every phone could register while the clocks of $machines were $hours h wrong"
      sleep 1
    done
  done
  wrong=$(now_ms)
}

# Whether the clocks were wrong at all: the ends say so, and who answers for the control plane.
after_calls() {
  (wait_until 20 "the ends being noted an hour early" ends_are_an_hour_early) ||
    remark "so many legs ended an hour early, and so many did not: $(ends)"
  [ "$(control_plane_is_late)" = 1 ] || remark "the control plane's clock did not step"
}

ends_are_an_hour_early() { [[ $(ends) =~ ^[1-9][0-9]*,\ 0$ ]]; }

# Of the legs that began while the clocks were right and ended after they were wrong: how many ended an hour early, and how many did
# not. Facts of one leg were to be as far apart by both clocks.
ends() {
  sql "SELECT count(*) FILTER (WHERE is_early) || ', ' || count(*) FILTER (WHERE NOT is_early) FROM (
    SELECT (ended.boot_nanoseconds - begun.boot_nanoseconds) / 1000000
      - (ended.wall_milliseconds - begun.wall_milliseconds) BETWEEN 3599000 AND 3601000 AS is_early
    FROM facts begun JOIN facts ended USING (leg_id, boot) JOIN tenants t ON t.tenant_id = begun.tenant_id
    WHERE t.domain = '$lab_domain' AND begun.kind = 'offered' AND begun.wall_milliseconds >= $begun
      AND ended.kind = 'ended' AND ended.received_at >= to_timestamp($wrong / 1000.0)) legs"
}

# Hours, rounded, by the date in its answers.
control_plane_is_late() {
  local date
  date=$(curl --silent --head --max-time 5 "$api/healthz" | sed -n 's/^[Dd]ate: //p')
  echo $((($(date +%s) - $(date --date "$date" +%s) + 1800) / 3600))
}
