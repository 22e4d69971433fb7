import NodeContract
import SIP

/// Why a REGISTER changes nothing.
struct RegistrationRefusal: Error, Hashable {
  let status: Int
  var headers: [HeaderField] = []
}

/// What a REGISTER asks for.
enum RegistrationWish: Hashable, Sendable {
  struct Contact: Hashable, Sendable {
    let uri: SIPURI
    /// Thousandths.
    let preference: Int
    /// Zero: remove.
    let lifetime: Duration
    /// Without the path, which is the request's.
    var traits = BindingTraits()
  }

  /// No Contact: which bindings are there?
  case query
  case removeAll
  case update([Contact])

  /// Reads Contact and Expires (RFC 3261 section 10.3, steps 6 and 7).
  init(_ request: SIPRequest, limits: ExchangeLimits) throws(RegistrationRefusal) {
    let common = request.headers["Expires"]
    switch request.headers.contacts {
    case .wildcard:
      guard common.flatMap(Self.seconds) == 0 else {
        throw RegistrationRefusal(status: StatusCode.badRequest)
      }
      self = .removeAll
    case .addresses(let list):
      guard list.count <= limits.contactsPerRequest else {
        throw RegistrationRefusal(status: StatusCode.badRequest)
      }
      let wishesOutbound = request.headers.lists("outbound", in: "Supported")
      var contacts: [Contact] = []
      for address in list {
        contacts.append(
          try Self.contact(address, common, isOutbound: wishesOutbound, limits: limits))
      }
      try Self.check(contacts, of: request)
      self = contacts.isEmpty ? .query : .update(contacts)
    }
  }

  /// A flow is registered alone, and the first hop must be able to keep it (RFC 5626 section 6).
  private static func check(_ contacts: [Contact], of request: SIPRequest)
    throws(RegistrationRefusal)
  {
    let flows = contacts.filter { $0.traits.isOutbound && $0.lifetime > .zero }
    guard !flows.isEmpty else { return }
    guard flows.count == 1 else { throw RegistrationRefusal(status: StatusCode.badRequest) }
    guard request.firstHopKnowsOutbound else { throw RegistrationRefusal(status: 439) }
  }

  private static func contact(
    _ address: NameAddress, _ common: String?, isOutbound: Bool, limits: ExchangeLimits
  ) throws(RegistrationRefusal) -> Contact {
    let isSIP = address.uri.scheme == .sip || address.uri.scheme == .sips
    guard isSIP, address.uri.description.utf8.count <= limits.textBytes else {
      throw RegistrationRefusal(status: StatusCode.badRequest)
    }
    return Contact(
      uri: address.uri, preference: preference(address.parameters["q"]),
      lifetime: try lifetime(address.parameters["expires"] ?? common, limits),
      traits: try traits(address.parameters, isOutbound: isOutbound, limits))
  }

  /// The device and its flow. Without Outbound on its side a `reg-id` means nothing.
  private static func traits(
    _ parameters: SIPParameters, isOutbound: Bool, _ limits: ExchangeLimits
  ) throws(RegistrationRefusal) -> BindingTraits {
    guard let instance = parameters["+sip.instance"], !instance.isEmpty else {
      return BindingTraits()
    }
    guard instance.utf8.count <= limits.textBytes else {
      throw RegistrationRefusal(status: StatusCode.badRequest)
    }
    guard isOutbound, let text = parameters["reg-id"] else {
      return BindingTraits(instance: instance)
    }
    // 1 to 2³¹ − 1 (RFC 5626 section 9).
    guard let number = seconds(text), (1..<1 << 31).contains(number) else {
      throw RegistrationRefusal(status: StatusCode.badRequest)
    }
    return BindingTraits(instance: instance, registration: UInt32(clamping: number))
  }

  /// The time wished, cut to what we allow; too short a wish is refused and told why.
  private static func lifetime(_ text: String?, _ limits: ExchangeLimits)
    throws(RegistrationRefusal) -> Duration
  {
    guard let wished = text.flatMap(seconds) else { return limits.usualRegistration }
    guard wished > 0 else { return .zero }
    guard .seconds(wished) >= limits.shortestRegistration else {
      let minimum = String(limits.shortestRegistration.components.seconds)
      throw RegistrationRefusal(
        status: StatusCode.intervalTooBrief, headers: [HeaderField("Min-Expires", minimum)])
    }
    return min(.seconds(wished), limits.longestRegistration)
  }

  /// Nil for text that is no number, which counts as if nothing were said (section 20.19).
  private static func seconds(_ text: String) -> Int64? {
    guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return Int64(text)
  }

  /// `0`, `0.7`, `1.000` in thousandths; 1 when missing or malformed.
  private static func preference(_ text: String?) -> Int {
    guard let text else { return 1000 }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let digits = parts.count == 2 ? parts[1] : ""
    guard let whole = parts.first.flatMap({ Int($0) }), (0...1).contains(whole), parts.count <= 2,
      digits.utf8.count <= 3, digits.utf8.allSatisfy({ (48...57).contains($0) })
    else { return 1000 }
    let padded = digits + String(repeating: "0", count: 3 - digits.utf8.count)
    return min(whole * 1000 + (Int(padded) ?? 0), 1000)
  }
}

extension SIPRequest {
  /// The REGISTER came without a proxy in between, or the one next to the phone says in its Path
  /// that it keeps flows (RFC 5626 section 5.1).
  fileprivate var firstHopKnowsOutbound: Bool {
    guard headers.vias.count > 1 else { return true }
    return headers.path?.last?.uri.parameters.contains("ob") ?? false
  }
}

extension SIPHeaders {
  /// The Path (RFC 3327), nearest to us first; nil when malformed.
  var path: [NameAddress]? {
    let elements = values(of: "Path").flatMap { headerElements(of: $0) }
    let addresses = elements.compactMap { NameAddress($0) }
    return addresses.count == elements.count ? addresses : nil
  }

  /// Whether an option tag stands in the lists of this field (RFC 3261 section 20.37).
  func lists(_ tag: String, in name: String) -> Bool {
    values(of: name).contains { value in
      value.utf8.split(separator: UInt8(ascii: ",")).contains { element in
        let spaces = " \t\r\n".utf8
        return element.lazy.filter { !spaces.contains($0) }.elementsEqual(tag.utf8) {
          $0 == $1 || $0 | 0x20 == $1 && $1 >= UInt8(ascii: "a") && $1 <= UInt8(ascii: "z")
        }
      }
    }
  }
}
