import DatabaseSupport
import NodeContract
import Postgres
@_spi(Authorization) import Tenancy
import Testing

@testable import Persistence

@Suite(.enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run"))
struct RowSecurityTests {
  @Test func everyTableForcesRowSecurityOnEveryoneTheOwnerIncluded() async throws {
    try await ScratchDatabase.with { scratch in
      let open = try await Database(scratch.superuser).transaction { transaction in
        try transaction.query(
          """
          SELECT c.relname::text AS name FROM pg_class c
          WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
            AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
          """
        ).map { try $0.value("name", as: String.self) }
      }
      #expect(open == ["schema_migrations"])
    }
  }

  @Test func theServersRoleIsNeitherOwnerNorExempt() async throws {
    try await ScratchDatabase.with { scratch in
      let role = try await scratch.database.transaction { transaction in
        try transaction.query(
          """
          SELECT rolname::text AS name, rolsuper OR rolbypassrls AS exempt,
            EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) AS owns
          FROM pg_roles r WHERE rolname = current_user
          """
        ).first {
          (
            try $0.value("name", as: String.self), try $0.value("exempt", as: Bool.self),
            try $0.value("owns", as: Bool.self)
          )
        }
      }
      #expect(role?.0 == "tandem_server")
      #expect(role?.1 == false)
      #expect(role?.2 == false)
    }
  }
}
