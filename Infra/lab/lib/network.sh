# The laboratory's machines and what joins them. Sourced after laboratory.sh.
#
# Each machine is a network namespace with two cables: a node's `lan`, to the network of its site, where its service
# addresses come and go, and everybody's `ctl`, to the site's network between nodes and control plane. One machine of
# each site, `cp-a` for instance, has its control plane, its Postgres, its member of etcd and its name server. The sites are joined
# by `between`, to which each has one cable: `site-a`. All bridges are in a namespace of their own, which is
# the sites' gateway and where phones, carriers and operators are. A cable is cut at its bridge: the machines
# themselves do not see it.
#
# Every site's network speaks IPv4 and IPv6; that between nodes and control plane IPv4 alone. In site a there is a router,
# `nat`, and behind it a machine, `home`, that nobody outside sees.

readonly lab_sites=(a b c)
readonly lab_machines=(a1 a2 b1 cp-a cp-b cp-c)
# Phones and carrier, and the gateway of each site.
readonly lab_outside=10.99.1.3 lab_gateway_a=10.99.1.254 lab_gateway_b=10.99.2.254
readonly lab_phones=10.99.1.101 lab_trunks=10.99.1.110 lab_phones_b=10.99.2.101 lab_trunks_b=10.99.2.110
# The same by IPv6.
readonly lab_outside6=fd99:1::3 lab_gateway_a6=fd99:1::254 lab_gateway_b6=fd99:2::254
readonly lab_phones6=fd99:1::101 lab_trunks6=fd99:1::110 lab_phones_b6=fd99:2::101 lab_trunks_b6=fd99:2::110
# The router as it is seen from outside, and from inside; who is behind it.
readonly lab_nat=10.99.1.4 lab_router=192.168.77.1 lab_inner=192.168.77.2
readonly lab_household=(nat home)
# The two servers of another carrier.
readonly lab_carriers=(10.99.1.5 10.99.1.6)
# Operators.
readonly lab_control=10.98.0.254
# Phones without calls are in offices of their own: as many addresses from here on.
readonly lab_offices=10.99.1.128 lab_office_count=64

# machine_of PROCESS: its name in the laboratory.
machine_of() { if [[ $1 == node-* ]]; then echo "${1#node-}"; else echo "cp-${1##*-}"; fi; }

# site_of_machine MACHINE
site_of_machine() {
  local place=${1#cp-}
  echo "${place:0:1}"
}

# control_host_of MACHINE: 10.98.1.x in site a, 10.98.2.x in site b; nodes from 11 on.
control_host_of() {
  local site
  site=$(site_of_machine "$1")
  case $1 in
    cp-*) echo "10.98.$(number_of_site "$site").10" ;;
    *) echo "10.98.$(number_of_site "$site").1${1#"$site"}" ;;
  esac
}

number_of_site() {
  local before=${lab_sites[*]}
  before=${before%%"$1"*}
  echo $((${#before} / 2 + 1))
}

# clock_of MACHINE: says how wrong its wall clock is.
clock_of() { echo "$laboratory/clocks/$1"; }

# disk_of MACHINE: says how slow its disk is.
disk_of() { echo "$laboratory/disks/$1"; }

# A namespace lives as long as a process in it: this one, whose clock may stand still.
start_network() {
  local machine
  ! is_running network || return 0
  for machine in "${lab_machines[@]}" "${lab_household[@]}"; do stop_process "machine-$machine"; done
  start_namespace network
  build_bridges
  set_clocks_right
  make_disks_fast
  for machine in "${lab_machines[@]}"; do
    start_namespace "machine-$machine"
    lay_cables "$machine"
  done
  for machine in "${lab_household[@]}"; do start_namespace "machine-$machine"; done
  join_household
  write_layout
}

stop_network() {
  local machine
  for machine in "${lab_machines[@]}" "${lab_household[@]}"; do stop_process "machine-$machine"; done
  stop_process network
}

# Addresses may be bound before they are here; who asks for a way names the machine's own address, never a
# service address, which would draw that to itself; and whoever is asked for an address answers for those
# of that cable alone.
readonly machine_settings='
  ip link set lo up
  cd /proc/sys/net
  echo 1 >ipv4/ip_nonlocal_bind
  echo 1 >ipv6/ip_nonlocal_bind
  echo "0 2147483647" >ipv4/ping_group_range
  for name in all default; do
    echo 1 >ipv6/conf/$name/disable_ipv6
    echo 2 >ipv4/conf/$name/arp_announce
    echo 1 >ipv4/conf/$name/arp_ignore
    echo 0 >ipv4/conf/$name/rp_filter
  done
  exec sleep infinity'

# Interfaces whose names follow speak IPv6, with addresses as they are given and without asking whether others have them.
readonly speak_ipv6='
  cd /proc/sys/net/ipv6/conf
  for name; do
    echo 0 >$name/accept_dad
    echo 0 >$name/accept_ra
    echo 0 >$name/disable_ipv6
  done'

start_namespace() {
  start_process "$1" "$(id -un)" - unshare --net -- sh -c "$machine_settings"
  wait_for_process "$1" 10 namespace_is_ready "$1"
}

namespace_is_ready() {
  local pid fingerprint
  is_running "$1" && [ "$(cat "/proc/$pid/comm")" = sleep ]
}

# A bridge that is given no address of its own takes another one whenever cables come and go, and its neighbours look for
# it in vain.
build_bridges() {
  inside sh -c "
    number=0
    for bridge in lan-a lan-b between ${lab_sites[*]/#/control-}; do
      number=\$((number + 1))
      ip link add \$bridge address 02:00:00:00:00:0\$number type bridge && ip link set \$bridge up
    done
    for site in ${lab_sites[*]}; do
      ip link add site-\$site type veth peer name to-\$site
      ip link set site-\$site master between up && ip link set to-\$site master control-\$site up
    done
    sh -c '$speak_ipv6' - lo lan-a lan-b
    for bridge in lan-a lan-b; do echo 1 >/proc/sys/net/ipv4/conf/\$bridge/forwarding; done
    ip address add $lab_gateway_a/24 dev lan-a
    ip address add $lab_gateway_a6/64 dev lan-a
    ip address add $lab_outside6/64 dev lan-a
    ip address add $lab_gateway_b6/64 dev lan-b
    ip address add $lab_outside/24 dev lan-a
    for office in $(seq --separator=' ' 0 $((lab_office_count - 1))); do
      ip address add ${lab_offices%.*}.\$((${lab_offices##*.} + office))/24 dev lan-a
    done
    for carrier in ${lab_carriers[*]}; do ip address add \$carrier/24 dev lan-a; done
    ip address add $lab_gateway_b/24 dev lan-b
    ip address add $lab_control/16 dev between"
  inside nft --file - <<'TABLE'
    table bridge laboratory {
      set mute { type ifname; }
      set deaf { type ifname; }
      chain from { type filter hook prerouting priority 0; iifname @mute drop; }
      chain toward { type filter hook postrouting priority 0; oifname @deaf drop; }
    }
    table ip laboratory {
      set silent { type ipv4_addr; }
      chain here { type filter hook input priority 0; ip daddr @silent drop; }
    }
TABLE
}

lay_cables() {
  local site host
  site=$(site_of_machine "$1") host=$(control_host_of "$1")
  if [[ $1 != cp-* ]]; then
    lay_cable "$1" lan "lan-$site" "${host/10.98/10.99}/24"
    at "$1" sh -c "$speak_ipv6" - lo lan
    at "$1" ip address add "fd99:$(number_of_site "$site")::${host##*.}/64" dev lan
    # To whoever is elsewhere: the other site's phones and carrier, should they have to be reached from here.
    local gateway=lab_gateway_$site gateway6=lab_gateway_${site}6
    at "$1" ip route add default via "${!gateway}" dev lan
    at "$1" ip -6 route add default via "${!gateway6}" dev lan
  fi
  lay_cable "$1" ctl "control-$site" "$host/16"
}

# lay_cable MACHINE NAME BRIDGE ADDRESS/LENGTH: an interface of that name; its other end is called after both.
lay_cable() {
  local pid fingerprint
  is_running "machine-$1"
  inside ip link add "$2-$1" type veth peer name "$2" netns "$pid"
  inside ip link set "$2-$1" master "$3" up
  at "$1" ip address add "$4" dev "$2"
  at "$1" ip link set "$2" up
}

# A router as people have at home: nobody gets in who was not spoken to, what leaves has another port than it had, and
# a flow of datagrams is forgotten when it was silent for as long as RFC 4787 section 4.3 has seen routers do it.
join_household() {
  local pid fingerprint
  lay_cable nat lan lan-a "$lab_nat/24"
  at nat ip route add default via "$lab_gateway_a" dev lan
  is_running machine-home
  at nat ip link add inner type veth peer name lan netns "$pid"
  at nat ip address add "$lab_router/24" dev inner
  at nat ip link set inner up
  at home ip address add "$lab_inner/24" dev lan
  at home ip link set lan up
  at home ip route add default via "$lab_router" dev lan
  at nat sh -c '
    cd /proc/sys/net
    echo 1 >ipv4/ip_forward
    echo 30 >netfilter/nf_conntrack_udp_timeout
    echo 30 >netfilter/nf_conntrack_udp_timeout_stream'
  at nat nft --file - <<'TABLE'
    table ip household {
      chain leaving {
        type nat hook postrouting priority srcnat;
        oifname "lan" meta l4proto { tcp, udp } masquerade to :40000-60999 fully-random
        oifname "lan" masquerade
      }
      chain through {
        type filter hook forward priority filter; policy drop;
        iifname "inner" accept
        ct state established,related accept
      }
    }
TABLE
}

# What Infra/up and the drills need to know of all this.
write_layout() {
  local site process machine pid fingerprint engines=()
  for site in "${lab_sites[@]}"; do engines+=("control-plane-$site" "postgres-$site" "etcd-$site" "names-$site"); done
  {
    echo "phones_a=$lab_phones trunks_a=$lab_trunks phones_b=$lab_phones_b trunks_b=$lab_trunks_b"
    echo "phones_a6=$lab_phones6 trunks_a6=$lab_trunks6 phones_b6=$lab_phones_b6 trunks_b6=$lab_trunks_b6"
    echo "carrier=$lab_outside:5060 interface=lan"
    echo "deadly_word=$(<"$laboratory/deadly-word")"
    echo "proof_a='gateway $lab_gateway_a' proof_b='gateway $lab_gateway_b'"
    echo "replicas=(${lab_sites[*]/#/control-plane-}) servers=(${lab_sites[*]/#/postgres-})"
    echo "members=(${lab_sites[*]/#/etcd-}) name_servers=(${lab_sites[*]/#/names-})"
    for process in "${engines[@]}"; do
      machine=$(machine_of "$process")
      echo "site_of[$process]=$(site_of_machine "$machine") host_of[$process]=$(control_host_of "$machine")"
    done
    for process in node-a1 node-a2 node-b1 "${engines[@]}"; do
      is_running "machine-$(machine_of "$process")"
      echo "network_of[$process]=/proc/$pid/ns/net"
    done
    is_running machine-home
    echo "network_of[home]=/proc/$pid/ns/net"
    for process in node-a1 node-a2 node-b1 "${lab_sites[@]/#/control-plane-}"; do
      machine=$(machine_of "$process")
      printf 'environment_of[%s]=%q\n' "$process" \
        "LD_PRELOAD=$laboratory/generator/stepped_clock.so:$laboratory/generator/slow_disk.so
TANDEM_WALL_CLOCK=$(clock_of "$machine")
TANDEM_SLOW_DISK=$(disk_of "$machine")
TANDEM_SLOW_FOLDER=$laboratory/site/nodes/$process"
    done
  } >"$layout"
}

# inside COMMAND...: where phones, carrier and gateway are.
inside() {
  local pid fingerprint
  is_running network || fail "the laboratory is not up: Infra/lab/up sets it up"
  nsenter --net="/proc/$pid/ns/net" -- "$@"
}

# behind_nat COMMAND...: where `lab_inner` is. For drills, which know the layout.
behind_nat() {
  local place
  place_of home
  "${place[@]}" "$@"
}

# at MACHINE COMMAND...
at() {
  local pid fingerprint
  is_running "machine-$1" || fail "machine $1 does not run: Infra/lab/down, then Infra/lab/up"
  nsenter --net="/proc/$pid/ns/net" -- "${@:2}"
}

# MARK: - Faults, inside

# sever mute|deaf CABLE...: from now on nothing comes from there, or nothing gets there; `ctl-a1`, `lan-a1`,
# `site-a`.
sever() {
  local cable
  for cable in "${@:2}"; do nft add element bridge laboratory "$1" "{ $cable }"; done
}

# silence ADDRESS: of those out here; nobody there hears anything any more, and nobody is told.
silence() { nft add element ip laboratory silent "{ $1 }"; }

heal() {
  nft flush set ip laboratory silent
  nft flush set bridge laboratory mute && nft flush set bridge laboratory deaf
  set_clocks_right
  make_disks_fast
}

# step_clock MACHINE SECONDS: so wrong is its wall clock from now on. Written over, since programs look at it.
step_clock() { tell_nanoseconds "$(clock_of "$1")" "$2"; }

# slow_down MACHINE SECONDS: so much longer its disk takes for each write of its node and each wait for one.
slow_down() { tell_nanoseconds "$(disk_of "$1")" "$2"; }

# tell_nanoseconds FILE SECONDS
tell_nanoseconds() {
  mkdir --parents "${1%/*}"
  perl -e 'print pack("q", shift() * 1e9)' -- "$2" | dd of="$1" conv=notrunc status=none
}

make_disks_fast() {
  local machine
  for machine in "${lab_machines[@]}"; do slow_down "$machine" 0; done
}

set_clocks_right() {
  local machine
  for machine in "${lab_machines[@]}"; do step_clock "$machine" 0; done
}
