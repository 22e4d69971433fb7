public import NodeContract

/// A person's, a room's or a machine's place in a tenant.
public struct Extension: Hashable, Sendable {
  public var id: ExtensionID
  public var tenant: TenantID
  public var number: ExtensionNumber
  public var displayName: DisplayName
  /// The number shown to people outside.
  public var outsideNumber: E164?
  /// What its devices prove themselves with, one per algorithm, strongest first.
  public var credentials: [DigestCredential]
  /// It may listen to colleagues' calls, whisper to one of both and join them.
  public var maySupervise: Bool
  public var createdAt: WallTime

  public init(
    id: ExtensionID, tenant: TenantID, number: ExtensionNumber, displayName: DisplayName,
    outsideNumber: E164?, credentials: [DigestCredential], maySupervise: Bool = false,
    createdAt: WallTime
  ) {
    self.id = id
    self.tenant = tenant
    self.number = number
    self.displayName = displayName
    self.outsideNumber = outsideNumber
    self.credentials = credentials
    self.maySupervise = maySupervise
    self.createdAt = createdAt
  }

  /// What a node needs of it.
  public func entry(
    answering: [AnsweringRule], switches: AnsweringSwitches = AnsweringSwitches(),
    group: RingGroup? = nil, mailbox: Mailbox? = nil, menu: VoiceMenu? = nil,
    queue: CallQueue? = nil, flow: CallFlow? = nil, followMe: FollowMe? = nil,
    paging: PagingGroup? = nil
  ) -> ExtensionEntry {
    ExtensionEntry(
      id: id, number: number.digits, displayName: displayName.text,
      outsideNumber: outsideNumber?.description, credentials: credentials, answering: answering,
      switches: switches, group: group, maySupervise: maySupervise, mailbox: mailbox?.entry,
      menu: menu, queue: queue, flow: flow, followMe: followMe, paging: paging)
  }
}
