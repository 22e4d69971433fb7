import Crypto
public import NodeContract
public import Persistence
public import Tenancy

/// Where users' calls are made: the node that serves their tenant.
public protocol ClickDesk: Sendable {
  /// Nil: no node answers for that address.
  func carryOut(_ order: ClickOrder, at home: AddressName) async -> ClickAnswer?
}

/// What somebody says of a call that is to be made.
public struct NewClick: Hashable, Sendable {
  /// As the user would dial it.
  public var to: String
  /// A number of the tenant's that the called party sees; nil: the user's own.
  public var shown: String?
  public var answersByItself: Bool
  /// The client's own name of the request.
  public var key: String?

  public init(to: String, shown: String? = nil, answersByItself: Bool = false, key: String? = nil) {
    self.to = to
    self.shown = shown
    self.answersByItself = answersByItself
    self.key = key
  }
}

/// What is to become of what is said in a call.
public enum RecordingWish: String, Hashable, Sendable, CaseIterable {
  case begin, pause, resume, end

  fileprivate var verb: ClickOrder.Verb {
    switch self {
    case .begin: .beginRecording
    case .pause: .pauseRecording
    case .resume: .resumeRecording
    case .end: .endRecording
    }
  }
}

/// Why a call is not made, or not ended.
public enum ClickFailure: Error, Hashable, Sendable {
  /// None of the user's telephones is registered.
  case offline
  /// The tenant has as many calls as it may.
  case overloaded
  /// No node answers for the tenant at the moment.
  case nobodyAnswers
  /// The call's recording is the rule's that wants it, or there is none.
  case notAllowed
  /// The key was another request's.
  case otherRequest
}

/// Calls that users have made: their own telephones ring, and whoever answers there calls the number.
public struct ClickOperations: Sendable {
  private let store: Store
  private let desk: any ClickDesk
  private let clock: Clock

  public init(_ store: Store, desk: any ClickDesk, clock: Clock = .system) {
    (self.store, self.desk, self.clock) = (store, desk, clock)
  }

  /// What is dialled has keys, and a plus in front.
  private static let longestNumber = 64

  /// The call's id; its telephones ring then. The same request again is the same call.
  public func make(
    _ new: NewClick, by id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> CallID {
    let number = try Self.number(new.to)
    let shown = try new.shown.map { try E164($0, field: "shown") }
    let home = try await home(of: tenant, in: scope)
    _ = try found(await store.extensions.find(id, of: tenant, in: scope), "extension", id)
    let call = try await name(new, by: id, of: tenant, in: scope)
    if new.key != nil, try await store.calls.find(call, of: tenant, in: scope) != nil {
      return call
    }
    try await carryOut(
      ClickOrder(
        .make, call: call, tenant: tenant, extension: id, number: number, shown: shown?.description,
        answersByItself: new.answersByItself), at: home)
    await awaitRecord(of: call, of: tenant, in: scope)
    return call
  }

  /// Ends a call that was made so, however far it is.
  public func callOff(_ call: CallID, of tenant: TenantID, in scope: AccessScope) async throws {
    let home = try await home(of: tenant, in: scope)
    try await carryOut(ClickOrder(.callOff, call: call, tenant: tenant), at: home)
  }

  /// Has what is said in any call of the tenant's recorded, or not.
  public func record(
    _ wish: RecordingWish, in call: CallID, of tenant: TenantID, in scope: AccessScope
  ) async throws {
    let home = try await home(of: tenant, in: scope)
    try await carryOut(ClickOrder(wish.verb, call: call, tenant: tenant), at: home)
  }

  private func carryOut(_ order: ClickOrder, at home: AddressName) async throws {
    guard let answer = await desk.carryOut(order, at: home) else {
      throw ClickFailure.nobodyAnswers
    }
    switch answer.refusal {
    case nil: return
    case .notHere, .stale: throw ClickFailure.nobodyAnswers
    case .offline: throw ClickFailure.offline
    case .overloaded: throw ClickFailure.overloaded
    case .notAllowed: throw ClickFailure.notAllowed
    case .unknownNumber: throw InvalidField("to", .unknownReference)
    case .featureCode:
      throw InvalidField("to", .malformed(expected: "a number, and no feature code"))
    case .notOurs: throw InvalidField("shown", .unknownReference)
    case .noCall: throw NotFound("call", order.call)
    }
  }

  private func home(of tenant: TenantID, in scope: AccessScope) async throws -> AddressName {
    try found(await store.tenants.find(tenant, in: scope), "tenant", tenant).homeAddress
  }

  private static func number(_ text: String) throws(InvalidField) -> String {
    guard !text.isEmpty else { throw InvalidField("to", .empty) }
    guard text.utf8.count <= longestNumber else {
      throw InvalidField("to", .tooLong(limit: longestNumber))
    }
    let digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.allSatisfy({ "0123456789*#".contains($0) }) else {
      throw InvalidField("to", .malformed(expected: "a number as it is dialled: +442079460123"))
    }
    return text
  }

  // MARK: - The same request again

  private func name(
    _ new: NewClick, by id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> CallID {
    let call: CallID = clock.id()
    guard let text = new.key else { return call }
    let asked = "call \(id) \(new.to) \(new.shown ?? "-") \(new.answersByItself)"
    let key = IdempotencyKey(
      tenant: tenant, text: text, requestHash: Array(SHA256.hash(data: Array(asked.utf8))))
    guard
      let made = try await store.idempotencyKeys.claim(
        key, toMake: call.uuid, at: clock.now(), in: scope)
    else { throw ClickFailure.otherRequest }
    return CallID(made)
  }

  // MARK: - Its record

  /// Whoever asks for the call as soon as it has its id finds it: the node's first facts are on their way. They
  /// may be late, and then so is the record.
  private func awaitRecord(
    of call: CallID, of tenant: TenantID, in scope: AccessScope
  ) async {
    for _ in 0..<25 {
      let record = try? await store.calls.find(call, of: tenant, in: scope)
      if record != nil || Task.isCancelled { return }
      try? await Task.sleep(for: .milliseconds(20))
    }
  }
}
