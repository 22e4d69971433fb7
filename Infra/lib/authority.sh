# A private authority and the certificates of the link between nodes and control plane. Sourced.

# make_authority DIRECTORY: EC P-256, as every certificate here.
make_authority() {
  local directory=$1
  mkdir --parents "$directory"
  chmod 700 "$directory"
  ! still_valid "$directory/authority.crt" || return 0
  rm --force "$directory"/*.crt
  make_key "$directory/authority.key"
  openssl req -x509 -new -key "$directory/authority.key" -days 3650 -subj "/CN=Tandem $marker" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
    -out "$directory/authority.crt"
}

# make_certificate DIRECTORY NAME USAGE [ALTERNATIVE-NAMES]: NAME becomes the common name; USAGE is
# serverAuth or clientAuth.
make_certificate() {
  local directory=$1 name=$2 usage=$3 names=${4:-DNS:$2}
  ! still_valid "$directory/$name.crt" || return 0
  make_key "$directory/$name.key"
  openssl req -new -key "$directory/$name.key" -subj "/CN=$name" |
    openssl x509 -req -CA "$directory/authority.crt" -CAkey "$directory/authority.key" \
      -set_serial "0x$(openssl rand -hex 16)" -days 825 -out "$directory/$name.crt" \
      -extfile <(printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" \
        "extendedKeyUsage=$usage" "subjectAltName=$names") 2>/dev/null
}

make_key() { (umask 077 && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"); }

# For another thirty days at least.
still_valid() { [ -s "$1" ] && openssl x509 -in "$1" -noout -checkend 2592000 >/dev/null; }
