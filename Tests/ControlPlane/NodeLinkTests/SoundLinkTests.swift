import ControlLink
import NodeContract
import NodeLink
import Support
import Testing

/// Recorded sound on its way up, and how many messages wait on its way down.
@Suite struct SoundLinkTests {
  private static let tenant = TenantSnapshot.sample(1, revision: 1)

  private func piece(_ offset: UInt64) -> SoundPiece {
    SoundPiece(
      sound: StoredSound(
        id: SoundID(UUIDv7(high: 8, low: 1)), tenant: Self.tenant.tenant,
        kind: .message(
          LeftMessage(
            mailbox: ExtensionID(UUIDv7(high: 3, low: 1)), call: CallID(UUIDv7(high: 8, low: 1)),
            caller: "101", callerName: "", leftAt: WallTime(milliseconds: 0)))),
      part: 1, offset: offset, contents: Array(repeating: 7, count: SoundPiece.mostBytes),
      length: nil)
  }

  @Test func aPieceIsAcknowledgedOnceItIsKept() async throws {
    try await TestReplica.with { replica in
      let node = try TestNode(of: replica)
      defer { node.stop() }
      try await eventually("linked", within: .seconds(10)) { node.status.isLinked }
      node.links.send(.sound(piece(0)), to: TestReplica.name)
      try await eventually("acknowledged", within: .seconds(10)) {
        node.received.contains(.soundIsKept(piece(0).key))
      }
      #expect(await replica.sounds.pieces[piece(0).key] == piece(0))
    }
  }

  @Test func aQuestionAboutAMailboxIsAnsweredToWhoServesItsTenantAndToNobodyElse() async throws {
    try await TestReplica.with { replica in
      replica.tenants.put(Self.tenant)
      let node = try TestNode(of: replica)
      defer { node.stop() }
      try await eventually("the tenant is known", within: .seconds(10)) {
        node.received.contains(.tenant(Self.tenant))
      }
      func ask(_ number: UInt64, _ tenant: TenantID) async throws -> MailboxAnswer.Outcome {
        let id = UUIDv7(high: 5, low: number)
        let request = MailboxRequest(
          id: id, tenant: tenant, mailbox: ExtensionID(UUIDv7(high: 3, low: 1)),
          verb: .open(pin: nil))
        node.links.send(.mailboxRequest(request), to: TestReplica.name)
        return try await eventually("answered", within: .seconds(10)) {
          for case .mailboxAnswer(let answer) in node.received where answer.request == id {
            return answer.outcome
          }
          return nil
        }
      }
      #expect(try await ask(1, Self.tenant.tenant) == .messages([]))
      #expect(try await ask(2, TenantID(UUIDv7(high: 2, low: 99))) == .missing)
      #expect(await replica.mailboxes.asked.count == 1)
    }
  }

  @Test func aTenantsSoundIsLentToWhoServesItAndToNobodyElse() async throws {
    try await TestReplica.with { replica in
      replica.tenants.put(Self.tenant)
      let node = try TestNode(of: replica)
      defer { node.stop() }
      try await eventually("the tenant is known", within: .seconds(10)) {
        node.received.contains(.tenant(Self.tenant))
      }
      func ask(_ number: UInt64, _ tenant: TenantID, from offset: UInt64) async throws
        -> SoundAnswer.Outcome
      {
        let id = UUIDv7(high: 6, low: number)
        let request = SoundRequest(
          id: id, tenant: tenant, sound: SoundID(UUIDv7(high: 8, low: 1)), offset: offset)
        node.links.send(.soundRequest(request), to: TestReplica.name)
        return try await eventually("answered", within: .seconds(10)) {
          for case .soundAnswer(let answer) in node.received where answer.request == id {
            return answer.outcome
          }
          return nil
        }
      }
      #expect(try await ask(1, Self.tenant.tenant, from: 0) == .piece([1, 2], isLast: false))
      #expect(try await ask(2, Self.tenant.tenant, from: 2) == .piece([3], isLast: true))
      #expect(try await ask(3, TenantID(UUIDv7(high: 2, low: 99)), from: 0) == .missing)
      #expect(await replica.lender.asked.count == 2)
    }
  }

  @Test func aPieceThatCannotBeKeptIsNotAcknowledgedAndMayComeAgain() async throws {
    try await TestReplica.with { replica in
      await replica.sounds.setDown(true)
      let node = try TestNode(of: replica)
      defer { node.stop() }
      try await eventually("linked", within: .seconds(10)) { node.status.isLinked }
      node.links.send(.sound(piece(0)), to: TestReplica.name)
      try await eventually("tried", within: .seconds(10)) { await replica.sounds.attempts == 1 }
      await replica.sounds.setDown(false)
      node.links.send(.sound(piece(0)), to: TestReplica.name)
      try await eventually("acknowledged", within: .seconds(10)) {
        node.received.contains(.soundIsKept(piece(0).key))
      }
      #expect(await replica.sounds.attempts == 2)
    }
  }
}
