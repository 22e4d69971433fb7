public import NodeContract
public import SIP

/// The node's whole knowledge of registrations and calls as one value: messages, answers and time
/// go in, actions come out. It reads no clock and touches no socket.
public struct Exchange: Sendable {
  /// Serves nothing until tenants are installed and addresses adopted.
  public init(
    configuration: ExchangeConfiguration, hashing: any Hashing,
    random: any RandomNumberGenerator & Sendable
  ) {}

  /// A message arrived over `flow`.
  public mutating func receive(_ message: SIPMessage, over flow: Flow, at now: Moment)
    -> [ExchangeAction]
  { [] }

  /// Lets all deadlines up to `now` pass.
  public mutating func advance(to now: Moment) -> [ExchangeAction] { [] }

  /// When `advance` has something to do; nil: never.
  public var nextDeadline: BootInstant? { nil }

  /// A tenant as it is now, unless the exchange knows a newer revision. Calls and bindings go on;
  /// bindings of extensions that are gone end.
  public mutating func install(_ tenant: TenantSnapshot, at now: Moment) -> [ExchangeAction] { [] }

  /// The tenant is not ours any more: its bindings end, new calls are refused, calls go on.
  public mutating func removeTenant(_ id: TenantID, at now: Moment) -> [ExchangeAction] { [] }

  /// Serves the address under this grant. `Ownership` has judged the epoch before.
  public mutating func adopt(_ address: AddressName, epoch: Epoch, at now: Moment)
    -> [ExchangeAction]
  { [] }

  /// Stops serving the address: nothing leaves from it any more.
  public mutating func release(_ address: AddressName, at now: Moment) -> [ExchangeAction] { [] }

  /// Bindings that a replica remembers, after a restart; what phones registered since wins.
  public mutating func restore(_ bindings: [BindingChange], at now: Moment) {}

  /// The fact recorded under this receipt is on disk.
  public mutating func factIsDurable(_ receipt: FactReceipt, at now: Moment) -> [ExchangeAction] {
    []
  }

  /// The relay could not be opened or broke: its call ends.
  public mutating func relayFailed(_ relay: RelayID, at now: Moment) -> [ExchangeAction] { [] }

  /// No packet came from either party for the relay's silence limit: its call ends.
  public mutating func mediaSilent(_ relay: RelayID, at now: Moment) -> [ExchangeAction] { [] }

  public var census: ExchangeCensus { ExchangeCensus() }
}
