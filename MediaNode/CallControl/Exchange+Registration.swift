import NodeContract
import SIP

/// REGISTER (RFC 3261 section 10).
extension Exchange {
  mutating func register(_ arrival: Arrival, at now: Moment) {
    guard arrival.address.role == .phones,
      let tenant = directory.tenant(domain: arrival.request.uri.host)
    else { return respond(StatusCode.notFound, to: arrival, at: now) }
    guard let user = authenticate(arrival, of: tenant, at: now) else { return }
    register(user, of: tenant, arrival, at: now)
  }

  /// Who sends this; nil: the request is answered.
  mutating func authenticate(_ arrival: Arrival, of tenant: DirectoryTenant, at now: Moment)
    -> ExtensionEntry?
  {
    let verdict = authenticator.judge(
      arrival.request, over: arrival.flow, accounts: tenant.accounts, at: now.boot)
    switch verdict {
    case .accepted(let user):
      protection.succeeded(arrival.flow, at: now.boot)
      guard hasRoom(for: arrival, of: tenant, at: now) else { return nil }
      if let entry = tenant.extensionsByNumber[user] { return entry }
      respond(StatusCode.forbidden, to: arrival, at: now)
    case .challenge(let headers):
      respond(StatusCode.unauthorized, headers, to: arrival, at: now)
    case .refused:
      note(.notice, "wrong credentials from \(arrival.flow.remote)", tenant: tenant.id)
      noteFailure(of: arrival.flow, at: now)
      respond(StatusCode.forbidden, to: arrival, at: now)
    }
    return nil
  }

  mutating func noteFailure(of flow: Flow, at now: Moment) {
    guard protection.failed(flow, at: now.boot) else { return }
    let seconds = limits.protection.ban.components.seconds
    note(.warning, "source banned for \(seconds) s: \(flow.remote.address)")
  }

  private mutating func register(
    _ user: ExtensionEntry, of tenant: DirectoryTenant, _ arrival: Arrival, at now: Moment
  ) {
    // Nobody registers for another (section 10.3, step 4).
    guard arrival.request.headers.to.uri.user == user.number else {
      return respond(StatusCode.forbidden, to: arrival, at: now)
    }
    let key = BindingKey(tenant: tenant.id, extension: user.id)
    do throws(RegistrationRefusal) {
      let wish = try RegistrationWish(arrival.request, limits: limits)
      let source = try arrival.source(limits)
      let before = registrar.bindings(of: key)
      let changes = try registrar.apply(wish, to: key, from: source, at: now.boot)
      let away = expected.bindings(of: key)
      announce(expected.came(key, as: registrar.bindings(of: key)) + changes)
      registered(
        key, over: arrival.flow, at: arrival.address, before: before + away, at: now)
      confirm(key, wish, arrival, at: now)
    } catch {
      respond(error.status, error.headers, to: arrival, at: now)
    }
  }

  /// The 200 lists all current bindings with the time that each has left.
  private mutating func confirm(
    _ key: BindingKey, _ wish: RegistrationWish, _ arrival: Arrival, at now: Moment
  ) {
    var response = arrival.request.response(StatusCode.ok, toTag: nextTag())
    response.headers.contacts = .addresses(
      registrar.bindings(of: key).map { $0.listed(at: now.boot) })
    response.headers.others += serviceFields(for: wish, arrival)
    send(response, to: arrival.id, at: now)
  }

  /// Path as it was stored (RFC 3327 section 5.3), the way of the phone's own requests (RFC 3608),
  /// and what a phone with several flows wants to hear (RFC 5626 section 6).
  private func serviceFields(for wish: RegistrationWish, _ arrival: Arrival) -> [HeaderField] {
    guard wish.isStored else { return [] }
    var fields = arrival.request.headers.values(of: "Path").map { HeaderField("Path", $0) }
    fields.append(HeaderField("Service-Route", "<\(arrival.serviceRoute)>"))
    fields.append(HeaderField("Supported", "path, outbound"))
    if wish.isOutbound {
      let seconds = limits.flowTimer.components.seconds
      fields += [HeaderField("Require", "outbound"), HeaderField("Flow-Timer", "\(seconds)")]
    }
    return fields
  }

  /// A phone's flow answered 430: the registrar forgets it.
  mutating func flowFailed(under key: ClientKey) {
    guard let call = calls[key.call]?.machine, let request = call.open[key.branch],
      case .extension(let id, _) = call[request.leg].party
    else { return }
    announce(
      registrar.flowFailed(
        call[request.leg].flow, of: BindingKey(tenant: call.tenant, extension: id)))
  }

  mutating func note(
    _ level: LogNote.Level, _ message: String, tenant: TenantID? = nil, call: CallID? = nil,
    leg: LegID? = nil
  ) {
    outbox.append(.log(LogNote(level, message, tenant: tenant, call: call, leg: leg)))
  }
}

extension RegistrationWish {
  /// Whether a binding is there afterwards because of it.
  fileprivate var isStored: Bool {
    switch self {
    case .query, .removeAll: false
    case .update(let contacts): contacts.contains { $0.lifetime > .zero }
    }
  }

  fileprivate var isOutbound: Bool {
    switch self {
    case .query, .removeAll: false
    case .update(let contacts):
      contacts.contains { $0.traits.isOutbound && $0.lifetime > .zero }
    }
  }
}

extension Exchange.Arrival {
  fileprivate func source(_ limits: ExchangeLimits) throws(RegistrationRefusal)
    -> Registrar.Source
  {
    guard let path = request.headers.path, path.count <= limits.proxiesPerPath,
      path.allSatisfy({ $0.description.utf8.count <= limits.textBytes })
    else { throw RegistrationRefusal(status: StatusCode.badRequest) }
    return Registrar.Source(
      flow: flow, address: address.name,
      userAgent: Legible.text(request.headers["User-Agent"] ?? "", limit: 128),
      order: RegisterOrder(
        callID: request.headers.callID, sequence: request.headers.cseq.number),
      path: path)
  }

  /// Us, over the transport that the phone used.
  fileprivate var serviceRoute: SIPURI {
    var uri = SIPURI(
      host: flow.local.address.description, port: flow.local.port,
      parameters: [SIPParameter("lr")])
    uri.name(flow.transport)
    return uri
  }
}

extension Binding {
  fileprivate func listed(at now: BootInstant) -> NameAddress {
    let remaining = max(0, now.duration(to: expires).nanoseconds)
    let seconds = (remaining + 999_999_999) / 1_000_000_000
    var address = NameAddress(uri: contact, parameters: [SIPParameter("expires", "\(seconds)")])
    if !traits.instance.isEmpty { address.parameters["+sip.instance"] = traits.instance }
    if traits.isOutbound { address.parameters["reg-id"] = "\(traits.registration)" }
    if preference != 1000 {
      let digits = String(preference)
      address.parameters["q"] = "0." + String(repeating: "0", count: 3 - digits.count) + digits
    }
    return address
  }
}
