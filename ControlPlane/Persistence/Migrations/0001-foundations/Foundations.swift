internal import Postgres

/// The first schema: what operators, resellers and tenants set up, what calls leave behind, and
/// who may see which row of it.
let foundations = Migration(
  "0001-foundations",
  [
    .init("scopes", FoundationSQL.scopes),
    .init("installation", FoundationSQL.installation),
    .init("resellers-and-prices", FoundationSQL.resellersAndPrices),
    .init("tenants", FoundationSQL.tenants),
    .init("calls-and-money", FoundationSQL.callsAndMoney),
    .init("keys", FoundationSQL.keys),
    .init("row-security", FoundationSQL.rowSecurity),
    .init("announcements", FoundationSQL.announcements),
    .init("grants", FoundationSQL.grants),
  ])

/// A folder for the statements; each one can be run twice.
enum FoundationSQL {}
