public import NodeContract

/// A bound socket that the keeper handed to this process.
public struct InheritedSocket: Hashable, Sendable {
  /// `udp`, or `tcp` for one that listens.
  public let transport: String
  public let local: IPEndpoint
  public let descriptor: Int32
  /// As the keeper calls it.
  public let name: String

  public init(transport: String, local: IPEndpoint, descriptor: Int32, name: String? = nil) {
    self.name = name ?? "\(transport):\(local)"
    self.transport = transport
    self.local = local
    self.descriptor = descriptor
  }

  /// Parses the keeper's `TANDEM_DESCRIPTORS`: `udp:127.0.1.1:5060=3,tcp:127.0.1.1:5060=4`.
  /// Nil when any part of it is not of that form.
  public static func parse(_ variable: some StringProtocol) -> [InheritedSocket]? {
    var sockets: [InheritedSocket] = []
    for part in variable.split(separator: ",") {
      guard let socket = InheritedSocket(part) else { return nil }
      sockets.append(socket)
    }
    return sockets
  }

  private init?(_ part: some StringProtocol) {
    guard let colon = part.firstIndex(of: ":"), let equals = part.lastIndex(of: "="),
      colon < equals, let descriptor = Int32(part[part.index(after: equals)...]), descriptor >= 0,
      let local = IPEndpoint(part[part.index(after: colon)..<equals])
    else { return nil }
    self.init(
      transport: String(part[..<colon]), local: local, descriptor: descriptor,
      name: String(part[..<equals]))
  }
}
