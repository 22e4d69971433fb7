public import NodeContract
import SIP

/// What a fault would do to the calls that are up: what operators see before they make one.
public struct ExchangeExposure: Hashable, Sendable {
  /// Calls for help.
  public var emergencyCalls = 0
  /// Parties of calls by what would become of them with the loss of the site.
  public var parties: [PartyClass: Int] = [:]
}

/// A party, as far as a fault concerns it.
public struct ExposedParty: Hashable, Sendable {
  public let transport: BindingTransport
  public let party: PartyClass
}

extension Exchange {
  /// Takes the longer the more calls there are: a few microseconds for each.
  public var exposure: ExchangeExposure {
    var exposure = ExchangeExposure()
    for entry in calls.values where !entry.machine.isEnding {
      if isEmergency(entry.machine) { exposure.emergencyCalls += 1 }
      for leg in entry.machine.legs where leg.isOpen {
        exposure.parties[exposed(leg).party, default: 0] += 1
      }
    }
    return exposure
  }

  /// Whether anybody calls for help.
  public var hasEmergencyCall: Bool {
    calls.values.contains { !$0.machine.isEnding && isEmergency($0.machine) }
  }

  /// The caller and the called party of the call that the relay carries; nil: nobody talks there.
  public func parties(of relay: RelayID) -> (caller: ExposedParty, callee: ExposedParty)? {
    guard let machine = relays[relay].flatMap({ calls[$0]?.machine }),
      let callee = machine.connected.map({ machine[$0] })
    else { return nil }
    return (exposed(machine.caller), exposed(callee))
  }

  /// As if the leg went on at an address like its own.
  private func exposed(_ leg: Leg) -> ExposedParty {
    let transport: BindingTransport =
      switch leg.flow.transport {
      case .udp: .udp
      case .tcp: .tcp
      case .tls: .tls
      }
    let address = configuration.addresses.first { $0.name == leg.address }
    let mobility = address.map { leg.mobility(at: $0) } ?? .fixed
    return ExposedParty(transport: transport, party: PartyClass(mobility))
  }
}

extension PartyClass {
  fileprivate init(_ mobility: Mobility) {
    switch mobility {
    case .moves: self = .moves
    case .returns: self = .returns
    case .fixed: self = .fixed
    }
  }
}
