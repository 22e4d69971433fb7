# Debian packages: what is missing is installed, and nothing starts by itself. Sourced.

# What the build links with.
readonly build_packages=(libpq-dev libssl-dev libnghttp2-dev libosip2-dev libsrtp2-dev libc-ares-dev
  libspandsp-dev libopus-dev libmp3lame-dev pkg-config)
# What runs beside our programs, what they have convert uploads, and what these scripts use.
readonly run_packages=(
  postgresql-15 etcd-server pdns-server pdns-backend-bind ffmpeg openssl ca-certificates curl jq iproute2 procps)
# Phones and carriers for the demo call and the end-to-end tests.
readonly phone_packages=(baresip-core)
# What callers hear: prompts by language, and music.
readonly sound_packages=(asterisk-core-sounds-{en,fr,it,ru,es}-wav asterisk-moh-opsound-wav)
# What speaks the rest.
readonly speech_packages=(espeak-ng ffmpeg)
# What makes calls with sound in the laboratory, and what keeps its Postgres in several sites.
readonly laboratory_packages=(
  gcc libc6-dev libssl-dev libsrtp2-dev util-linux nftables patroni python3-etcd bind9-dnsutils)
readonly test_packages=(
  "${sound_packages[@]}" baresip-core linphone-cli sip-tester dnsmasq-base bind9-dnsutils ffmpeg
  python3)

readonly policy=/usr/sbin/policy-rc.d
readonly cluster_settings=/etc/postgresql-common/createcluster.conf

# require_packages PACKAGE...: installs what is missing, or says who could.
require_packages() {
  local missing=() package
  for package; do
    package_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || fail "not Debian; needs the equivalents of: ${missing[*]}"
  [ "$(id -u)" = 0 ] || fail "missing packages: ${missing[*]} (sudo Infra/packages installs them)"
  timed "Installing ${missing[*]}" install_packages "${missing[@]}"
}

package_installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# A subshell of its own, so that its trap puts the machine's settings back however it ends.
install_packages() (
  restore_settings
  trap restore_settings EXIT
  trap 'exit 130' INT TERM
  forbid_service_starts
  run_apt update
  # Its settings must exist before the server's package reads them.
  run_apt install postgresql-common
  forbid_main_cluster
  run_apt install "$@"
  leave_disabled "$@"
)

# Nor does anything start by itself after the next boot.
leave_disabled() {
  local package
  command -v systemctl >/dev/null || return 0
  for package; do
    case $package in
      etcd-server | patroni | pdns-server) systemctl --quiet disable "${package%-server}.service" 2>/dev/null || true ;;
    esac
  done
}

run_apt() {
  case $1 in
    update) apt-get -q update ;;
    install)
      shift
      DEBIAN_FRONTEND=noninteractive apt-get -q install --yes --no-install-recommends \
        --option Dpkg::Use-Pty=0 "$@"
      ;;
  esac
}

# Exit status 101 of policy-rc.d: no service may start.
forbid_service_starts() {
  set_aside "$policy"
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

forbid_main_cluster() {
  set_aside "$cluster_settings"
  { grep -v create_main_cluster "$cluster_settings.before-tandem" || true; } >"$cluster_settings"
  echo 'create_main_cluster = false' >>"$cluster_settings"
}

# Keeps the original beside the file; `.absent` stands for a file that was not there.
set_aside() {
  if [ -e "$1" ]; then cp --preserve "$1" "$1.before-tandem"; else touch "$1.absent-before-tandem"; fi
}

# Also mends what an installation left that was killed half-way.
restore_settings() {
  local file
  for file in "$policy" "$cluster_settings"; do
    if [ -e "$file.before-tandem" ]; then
      mv --force "$file.before-tandem" "$file"
    elif [ -e "$file.absent-before-tandem" ]; then
      rm --force "$file" "$file.absent-before-tandem"
    fi
  done
}
