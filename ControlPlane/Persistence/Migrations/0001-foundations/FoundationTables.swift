// Constraints are named so that a refusal names the field of the API: TABLE_FIELD_taken for what
// must be unique, TABLE_FIELD_exists for what must be there.

extension FoundationSQL {
  /// What operators set up. Who holds an address stands in etcd, not here.
  static let installation = """
    CREATE TABLE IF NOT EXISTS sites (
      name text CONSTRAINT sites_name_taken PRIMARY KEY
        CHECK (name COLLATE "C" ~ '^[a-z0-9-]{1,32}$'),
      created_at timestamptz NOT NULL
    );

    CREATE TABLE IF NOT EXISTS nodes (
      name text CONSTRAINT nodes_name_taken PRIMARY KEY
        CHECK (name COLLATE "C" ~ '^[a-z0-9-]{1,32}$'),
      site text NOT NULL CONSTRAINT nodes_site_exists REFERENCES sites,
      created_at timestamptz NOT NULL
    );

    CREATE TABLE IF NOT EXISTS service_addresses (
      name text CONSTRAINT service_addresses_name_taken PRIMARY KEY
        CHECK (name COLLATE "C" ~ '^[a-z0-9-]{1,32}$'),
      site text NOT NULL CONSTRAINT service_addresses_site_exists REFERENCES sites,
      ip inet NOT NULL,
      role text NOT NULL CHECK (role IN ('phones', 'trunks')),
      holder text NOT NULL CONSTRAINT service_addresses_holder_exists REFERENCES nodes,
      created_at timestamptz NOT NULL,
      CONSTRAINT service_addresses_ip_taken UNIQUE (ip, role)
    );
    """

  /// Prices are numeric of the scale that the code keeps as whole numbers: 10⁻⁹ for prices,
  /// 10⁻⁶ for amounts.
  static let resellersAndPrices = """
    CREATE TABLE IF NOT EXISTS resellers (
      reseller_id uuid PRIMARY KEY,
      name text NOT NULL CONSTRAINT resellers_name_taken UNIQUE,
      created_at timestamptz NOT NULL
    );

    CREATE TABLE IF NOT EXISTS price_lists (
      price_list_id uuid PRIMARY KEY,
      reseller_id uuid NOT NULL CONSTRAINT price_lists_reseller_exists REFERENCES resellers,
      name text NOT NULL,
      currency text NOT NULL CHECK (currency COLLATE "C" ~ '^[A-Z]{3}$'),
      rounding text NOT NULL CHECK (rounding IN ('half-even', 'half-up', 'up', 'down')),
      decimals int NOT NULL CHECK (decimals BETWEEN 0 AND 6),
      created_at timestamptz NOT NULL,
      CONSTRAINT price_lists_name_taken UNIQUE (reseller_id, name),
      UNIQUE (reseller_id, price_list_id)
    );

    CREATE TABLE IF NOT EXISTS rates (
      price_list_id uuid NOT NULL CONSTRAINT rates_price_list_exists REFERENCES price_lists,
      prefix text NOT NULL CHECK (prefix COLLATE "C" ~ '^[0-9]{1,15}$'),
      valid_from timestamptz NOT NULL,
      valid_until timestamptz CHECK (valid_until >= valid_from),
      destination text NOT NULL,
      per_minute numeric(19, 9) NOT NULL CHECK (per_minute >= 0),
      connection numeric(19, 9) NOT NULL CHECK (connection >= 0),
      initial_seconds int NOT NULL CHECK (initial_seconds BETWEEN 0 AND 3600),
      increment_seconds int NOT NULL CHECK (increment_seconds BETWEEN 1 AND 3600),
      CONSTRAINT rates_prefix_taken PRIMARY KEY (price_list_id, prefix, valid_from)
    );

    CREATE TABLE IF NOT EXISTS trunks (
      trunk_id uuid PRIMARY KEY,
      reseller_id uuid NOT NULL CONSTRAINT trunks_reseller_exists REFERENCES resellers,
      carrier text NOT NULL,
      address text NOT NULL CONSTRAINT trunks_address_exists REFERENCES service_addresses,
      peers text[] NOT NULL CHECK (cardinality(peers) BETWEEN 1 AND 16),
      price_list_id uuid,
      created_at timestamptz NOT NULL,
      deleted_at timestamptz,
      CONSTRAINT trunks_price_list_exists FOREIGN KEY (reseller_id, price_list_id)
        REFERENCES price_lists (reseller_id, price_list_id)
    );
    CREATE UNIQUE INDEX IF NOT EXISTS trunks_carrier_taken ON trunks (reseller_id, carrier)
      WHERE deleted_at IS NULL;
    """

  static let tenants = """
    CREATE TABLE IF NOT EXISTS tenants (
      tenant_id uuid PRIMARY KEY,
      reseller_id uuid NOT NULL CONSTRAINT tenants_reseller_exists REFERENCES resellers,
      name text NOT NULL,
      domain text NOT NULL CHECK (domain = lower(domain)),
      home_address text NOT NULL
        CONSTRAINT tenants_home_address_exists REFERENCES service_addresses,
      country_code text NOT NULL,
      national_prefix text NOT NULL,
      international_prefix text NOT NULL,
      ring_timeout_seconds int NOT NULL CHECK (ring_timeout_seconds BETWEEN 5 AND 300),
      revision bigint NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL,
      deleted_at timestamptz
    );
    CREATE UNIQUE INDEX IF NOT EXISTS tenants_domain_taken ON tenants (domain)
      WHERE deleted_at IS NULL;
    CREATE INDEX IF NOT EXISTS tenants_of_reseller ON tenants (reseller_id, tenant_id);
    CREATE INDEX IF NOT EXISTS tenants_at_home ON tenants (home_address);

    CREATE TABLE IF NOT EXISTS extensions (
      extension_id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL CONSTRAINT extensions_tenant_exists REFERENCES tenants,
      number text NOT NULL CHECK (number COLLATE "C" ~ '^[0-9]{2,6}$'),
      display_name text NOT NULL,
      outside_number text CHECK (outside_number COLLATE "C" ~ '^[+][1-9][0-9]{1,14}$'),
      ha1_sha256 text CHECK (ha1_sha256 COLLATE "C" ~ '^[0-9a-f]{64}$'),
      ha1_md5 text CHECK (ha1_md5 COLLATE "C" ~ '^[0-9a-f]{32}$'),
      created_at timestamptz NOT NULL,
      CONSTRAINT extensions_number_taken UNIQUE (tenant_id, number),
      UNIQUE (tenant_id, extension_id)
    );

    CREATE TABLE IF NOT EXISTS numbers (
      number_id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL CONSTRAINT numbers_tenant_exists REFERENCES tenants,
      number text NOT NULL CONSTRAINT numbers_number_taken UNIQUE
        CHECK (number COLLATE "C" ~ '^[+][1-9][0-9]{1,14}$'),
      extension_id uuid NOT NULL,
      created_at timestamptz NOT NULL,
      CONSTRAINT numbers_extension_exists FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id)
    );
    CREATE INDEX IF NOT EXISTS numbers_of_tenant ON numbers (tenant_id, number_id);
    """

  /// Facts have no foreign keys: a fact about a tenant that nobody knows is kept all the same.
  /// Their wall clock stays a whole number of milliseconds, which any clock's nonsense fits.
  static let callsAndMoney = """
    CREATE TABLE IF NOT EXISTS facts (
      spool_id uuid NOT NULL,
      sequence bigint NOT NULL,
      tenant_id uuid NOT NULL,
      call_id uuid NOT NULL,
      leg_id uuid NOT NULL,
      boot uuid NOT NULL,
      boot_nanoseconds bigint NOT NULL,
      wall_milliseconds bigint NOT NULL,
      observer text NOT NULL,
      epoch_generation bigint NOT NULL,
      epoch_revision bigint NOT NULL,
      kind text NOT NULL
        CHECK (kind IN ('offered', 'rung', 'answered', 'held', 'ended', 'adopted')),
      direction text,
      extension_id uuid,
      extension_number text,
      trunk_id uuid,
      from_number text,
      to_number text,
      sip_call_id text,
      is_held boolean,
      outcome text,
      evidence text,
      ended_by text,
      quarantine text,
      received_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (spool_id, sequence)
    );
    CREATE INDEX IF NOT EXISTS facts_of_call ON facts (call_id);
    CREATE INDEX IF NOT EXISTS facts_in_quarantine ON facts (received_at)
      WHERE quarantine IS NOT NULL;

    CREATE TABLE IF NOT EXISTS calls (
      call_id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      direction text CHECK (direction IN ('internal', 'incoming', 'outgoing')),
      from_number text,
      to_number text,
      started_at timestamptz,
      answered_at timestamptz,
      ended_at timestamptz,
      outcome text
    );
    CREATE INDEX IF NOT EXISTS calls_of_tenant ON calls (tenant_id, call_id DESC);

    CREATE TABLE IF NOT EXISTS cdrs (
      leg_id uuid PRIMARY KEY,
      call_id uuid NOT NULL REFERENCES calls,
      tenant_id uuid NOT NULL REFERENCES tenants,
      direction text NOT NULL CHECK (direction IN ('incoming', 'outgoing')),
      extension_id uuid,
      extension_number text,
      trunk_id uuid,
      from_number text NOT NULL,
      to_number text NOT NULL,
      sip_call_id text NOT NULL,
      started_at timestamptz NOT NULL,
      rung_at timestamptz,
      answered_at timestamptz,
      ended_at timestamptz NOT NULL,
      talk_milliseconds bigint NOT NULL CHECK (talk_milliseconds >= 0),
      outcome text NOT NULL,
      evidence text NOT NULL,
      ended_by text NOT NULL,
      node text NOT NULL,
      charge_revision int,
      unrated text,
      CHECK ((extension_id IS NULL) <> (trunk_id IS NULL))
    );
    CREATE INDEX IF NOT EXISTS cdrs_of_tenant ON cdrs (tenant_id, leg_id DESC);
    CREATE INDEX IF NOT EXISTS cdrs_of_call ON cdrs (call_id);
    CREATE INDEX IF NOT EXISTS cdrs_unrated ON cdrs (tenant_id, leg_id) WHERE unrated IS NOT NULL;

    CREATE TABLE IF NOT EXISTS charges (
      leg_id uuid NOT NULL REFERENCES cdrs,
      kind text NOT NULL CHECK (kind IN ('usage')),
      revision int NOT NULL CHECK (revision >= 1),
      tenant_id uuid NOT NULL REFERENCES tenants,
      amount numeric(19, 6) NOT NULL,
      currency text NOT NULL,
      price_list_id uuid NOT NULL REFERENCES price_lists,
      prefix text NOT NULL,
      per_minute numeric(19, 9) NOT NULL,
      connection numeric(19, 9) NOT NULL,
      initial_seconds int NOT NULL,
      increment_seconds int NOT NULL,
      billed_seconds bigint NOT NULL,
      posted_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (leg_id, kind, revision)
    );

    CREATE TABLE IF NOT EXISTS ledger_entries (
      entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      leg_id uuid NOT NULL,
      kind text NOT NULL,
      revision int NOT NULL,
      posting text NOT NULL CHECK (posting IN ('charge', 'reversal')),
      amount numeric(19, 6) NOT NULL,
      currency text NOT NULL,
      posted_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (leg_id, kind, revision, posting),
      FOREIGN KEY (leg_id, kind, revision) REFERENCES charges
    );
    CREATE INDEX IF NOT EXISTS ledger_entries_of_tenant ON ledger_entries (tenant_id, entry_id);
    """

  /// Of a key only the hash of its secret is kept.
  static let keys = """
    CREATE TABLE IF NOT EXISTS api_keys (
      key_id uuid PRIMARY KEY,
      name text NOT NULL,
      role text NOT NULL,
      reseller_id uuid CONSTRAINT api_keys_reseller_exists REFERENCES resellers,
      tenant_id uuid CONSTRAINT api_keys_tenant_exists REFERENCES tenants,
      secret_hash bytea NOT NULL UNIQUE,
      created_at timestamptz NOT NULL,
      revoked_at timestamptz,
      CHECK (CASE role
        WHEN 'operator' THEN reseller_id IS NULL AND tenant_id IS NULL
        WHEN 'reseller' THEN reseller_id IS NOT NULL AND tenant_id IS NULL
        WHEN 'tenant' THEN reseller_id IS NULL AND tenant_id IS NOT NULL
        ELSE false END)
    );
    """
}
