import Foundation
import Postgres

/// The server that `Tests/run` started, and the databases and roles in it.
enum ScratchServer {
  static let connectionString = ProcessInfo.processInfo.environment["TANDEM_TEST_POSTGRES"]

  struct Missing: Error, CustomStringConvertible {
    var description: String { "TANDEM_TEST_POSTGRES is not set; Tests/run sets it" }
  }

  /// As the superuser.
  static func configuration(database: String? = nil) throws -> PostgresConfiguration {
    guard let connectionString else { throw Missing() }
    var configuration = try PostgresConfiguration(connectionString: connectionString)
    configuration.parameters["dbname"] =
      database ?? configuration.parameters["dbname"] ?? "postgres"
    return configuration
  }

  /// As another role, with the password that this file gives it.
  static func configuration(
    _ configuration: PostgresConfiguration, as user: String
  ) -> PostgresConfiguration {
    var configuration = configuration
    configuration.parameters["user"] = user
    configuration.parameters["password"] = "scratch"
    return configuration
  }

  /// Makes a database of the schema's owner, empty or a copy of `template`, and the roles if they are
  /// missing; returns its name.
  static func makeDatabase(copying template: String = "template1") async throws -> String {
    let name = "scratch_\(getpid())_\(UInt64.random(in: 0..<1 << 48))"
    try await Administration(configuration()).run([
      "SELECT pg_advisory_lock(7237111020481002)", roles, "SELECT pg_advisory_unlock_all()",
      "CREATE DATABASE \(name) OWNER tandem_owner TEMPLATE \(template)",
      "REVOKE ALL ON DATABASE \(name) FROM PUBLIC",
      "GRANT CONNECT ON DATABASE \(name) TO tandem_server",
    ])
    return name
  }

  private static let roles = """
    DO $$
    DECLARE name text;
    BEGIN
      FOREACH name IN ARRAY ARRAY['tandem_owner', 'tandem_server'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
          EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L NOSUPERUSER NOBYPASSRLS', name, 'scratch');
        END IF;
      END LOOP;
    END
    $$
    """

  /// Drops it under whatever connections are left.
  static func drop(_ name: String) async throws {
    try await Administration(configuration()).run(["DROP DATABASE \(name) WITH (FORCE)"])
  }
}
