# Phones without calls, a third each by UDP, TCP and TLS, that all come back at once. Sourced by drill, after
# calls.sh; `phones` is how many, and `gathered` their process.

# Their users' names begin here, away from those who are called; so many of them share a user.
readonly first_gathered=110000 phones_of_user=8

# gather_phones: they register in their turn.
gather_phones() {
  local users=$(((phones + phones_of_user - 1) / phones_of_user))
  provision "$laboratory/gathered" "$users" $((first_gathered - 100000))
  rm --force "$work"/gathered.*
  say "==> $phones phones without calls register"
  nice --adjustment 10 "$generator/phones" --target "$lab_phones" --domain "$lab_domain" --secret "$secret" \
    --first "$first_gathered" --phones "$phones" --per-user "$phones_of_user" --rate 300 \
    --from "$lab_offices" --sources "$lab_office_count" \
    --ready "$work/gathered.ready" --back "$work/gathered.back" &
  gathered=$!
  wait_until $((60 + phones / 100)) "every phone being registered" test -e "$work/gathered.ready"
}

# release_phones: they come back, which may take as long as is promised and a little.
release_phones() {
  kill -USR1 "$gathered"
  (wait_until 70 "every phone being back" test -e "$work/gathered.back") || true
}

dismiss_phones() {
  [ -n "$gathered" ] || return 0
  kill "$gathered" 2>/dev/null || true
  wait "$gathered" || true
  gathered=
}

# What became of them; null where there were none.
returned_phones() { if [ -e "$work/gathered.back" ]; then cat "$work/gathered.back"; else echo null; fi; }
