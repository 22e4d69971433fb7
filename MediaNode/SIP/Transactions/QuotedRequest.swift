public import NodeContract

/// What the network gives back of a request of ours that it could not deliver (RFC 792, RFC 4443
/// section 3.1): its beginning, which names the transaction by a branch that no stranger can guess.
public struct QuotedRequest: Hashable, Sendable {
  let method: SIPMethod
  let branch: String

  /// Nil for an answer, for what we never wrote, and where too little is quoted.
  public init?(_ bytes: some Collection<UInt8>) {
    let lines = bytes.prefix(Self.longest).split(
      separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
    guard lines.count > 2, let space = lines[0].firstIndex(of: UInt8(ascii: " ")),
      lines[0].dropLast().suffix(Self.version.count).elementsEqual(Self.version),
      let branch = Self.branch(of: lines[1])
    else { return nil }
    method = SIPMethod(rawValue: String(decoding: lines[0][..<space], as: UTF8.self))
    self.branch = branch
  }

  /// Routers quote 576 bytes at most (RFC 1812 section 4.3.2.3), 1,280 with IPv6.
  private static let longest = 1_280
  private static let version = Array(" SIP/2.0".utf8)
  private static let field = Array("Via: ".utf8)
  private static let parameter = Array("branch=".utf8)

  /// Of the topmost Via, as the printer writes it.
  private static func branch(of line: some Collection<UInt8>) -> String? {
    guard line.starts(with: field) else { return nil }
    return line.split(separator: UInt8(ascii: ";")).first { $0.starts(with: parameter) }.map {
      String(decoding: $0.dropFirst(parameter.count).prefix { $0 > 32 }, as: UTF8.self)
    }
  }
}

extension TransactionLayer {
  /// Nobody is where the request went, says the network: it gets no answer any more
  /// (RFC 3261 section 18.4).
  ///
  /// Without effect on who was heard, and within dialogs: a party that is there but cannot be
  /// reached just now is asked again, as long as the timers say.
  public mutating func undelivered(
    _ quoted: QuotedRequest, over flow: Flow, at now: BootInstant
  ) -> [TransactionEvent] {
    let via = Via(branch: quoted.branch, over: flow)
    guard let key = ClientTransactionKey(via: via, method: quoted.method), let id = clientIDs[key],
      clients[id]?.flow == flow, let sent = sentRequest(id), !sent.isHeard,
      sent.request.headers.to.tag == nil
    else { return [] }
    return perform([.timedOut, .end], of: id, at: now)
  }
}
