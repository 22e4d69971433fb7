internal import Postgres

/// Service addresses that are found by IPv6 besides. Those from before are not, and a server from before does
/// not know of it.
let ipv6Addresses = Migration(
  "0020-ipv6-addresses",
  [
    .init("columns", IPv6AddressSQL.columns),
    .init("constraints", IPv6AddressSQL.constraints),
    .init("grants", IPv6AddressSQL.grants),
  ])

private enum IPv6AddressSQL {
  static let columns = "ALTER TABLE service_addresses ADD COLUMN IF NOT EXISTS ip6 inet;"

  /// Made anew each time, so that the step can run twice. An address that has an IPv6 form besides has an IPv4
  /// form first.
  static let constraints = """
    ALTER TABLE service_addresses
      DROP CONSTRAINT IF EXISTS service_addresses_ip6_check,
      DROP CONSTRAINT IF EXISTS service_addresses_ip6_taken,
      ADD CONSTRAINT service_addresses_ip6_check
        CHECK (ip6 IS NULL OR (family(ip6) = 6 AND family(ip) = 4)),
      ADD CONSTRAINT service_addresses_ip6_taken UNIQUE (ip6, role);
    """

  static let grants = "GRANT UPDATE (ip6) ON service_addresses TO tandem_server;"
}
