import ArgumentParser

/// What a carrier knows us by, and what we know it by.
struct TrunkProofOptions: ParsableArguments {
  @Option(help: "Our user name at the carrier, where it wants passwords.")
  var accountUser: String?
  @Option(help: "The realm of the carrier's challenges.") var accountRealm: String?
  @Option(help: "A file with our password at the carrier, - for standard input.")
  var accountPasswordFile: String?
  @Option(help: "Where to register, sip:carrier.example.net; else the carrier calls us without.")
  var registrar: String?
  @Option(help: "The carrier's user name here, where it calls from anywhere.")
  var visitorUser: String?
  @Option(help: "A file with the carrier's password here, - for standard input.")
  var visitorPasswordFile: String?

  func validate() throws {
    let account = [accountUser, accountRealm, accountPasswordFile]
    guard account.allSatisfy({ $0 == nil }) || account.allSatisfy({ $0 != nil }) else {
      throw ValidationError(
        "--account-user, --account-realm and --account-password-file go together.")
    }
    guard registrar == nil || accountUser != nil else {
      throw ValidationError("--registrar needs --account-user.")
    }
    guard (visitorUser == nil) == (visitorPasswordFile == nil) else {
      throw ValidationError("--visitor-user and --visitor-password-file go together.")
    }
  }

  func account() throws -> JSON? {
    guard let accountUser, let accountRealm, let accountPasswordFile else { return nil }
    var members: [String: JSON] = [
      "username": .string(accountUser), "realm": .string(accountRealm),
      "password": .string(try secret(inFile: accountPasswordFile)),
    ]
    members["registrar"] = registrar.map(JSON.string)
    return .object(members)
  }

  func visitor() throws -> JSON? {
    guard let visitorUser, let visitorPasswordFile else { return nil }
    return .object([
      "username": .string(visitorUser),
      "password": .string(try secret(inFile: visitorPasswordFile)),
    ])
  }
}

/// How a carrier speaks of callers, and how far it is believed and told.
struct TrunkProfileOptions: ParsableArguments {
  @Flag(help: "Believe what the carrier asserts of its callers.") var trusted = false
  @Option(help: "How the carrier is told who calls: none, asserted, preferred or remote-party.")
  var identity: String?
  @Option(help: "How it is told of forwarded calls: none, diversion or history.")
  var forwarding: String?

  /// Nil: nothing was said.
  var member: JSON? {
    var members: [String: JSON] = [:]
    if trusted { members["trusted"] = .bool(true) }
    members["identity"] = identity.map(JSON.string)
    members["forwarding"] = forwarding.map(JSON.string)
    return members.isEmpty ? nil : .object(members)
  }
}
