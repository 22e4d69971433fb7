# Both nodes of a site get new programs, one after the other. Sourced by drill.
about="both nodes of the site get new programs by pbxctl upgrade, one after the other; calls move to and fro"
# Each moves once: three packets may not come each time, and never more than 60 ms are silent.
promise='{"silence_p99_ms": 80, "packets_lost": 6, "moves": null, "adopts": false}'
sound_seconds=40

strike() {
  local node
  mkdir "$work/programs"
  cp "$binaries/Keeper" "$binaries/MediaNodeServer" "$work/programs"
  TANDEM_API=$api "$binaries/pbxctl" upgrade "$victim" "$heir" --deadline 12 --json \
    --key-file "$secrets/operator-key" \
    --with "Infra/lab/replace \$TANDEM_NODE --binaries '$work/programs' --state '$laboratory'" \
    >"$work/upgrade.json" 2>"$work/replace.log" ||
    remark "pbxctl upgrade did not reach its end: $(jq --compact-output .items "$work/upgrade.json")"
  for node in "$victim" "$heir"; do
    [[ $(readlink "/proc/$(process_of "$node")/exe") == "$work/programs/"* ]] ||
      remark "$node runs its former programs"
  done
}

after_drill() {
  [ -z "${victim:-}" ] || for node in "$victim" "$heir"; do ctl node undrain "$node" >/dev/null; done
}
