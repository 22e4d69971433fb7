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
      if let entry = tenant.extensionsByNumber[user] { return entry }
      respond(StatusCode.forbidden, to: arrival, at: now)
    case .challenge(let headers):
      respond(StatusCode.unauthorized, headers, to: arrival, at: now)
    case .refused:
      note(.notice, "wrong credentials from \(arrival.flow.remote)", tenant: tenant.id)
      respond(StatusCode.forbidden, to: arrival, at: now)
    }
    return nil
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
      let changes = try registrar.apply(wish, to: key, from: arrival.source, at: now.boot)
      announce(changes)
      confirm(key, arrival, at: now)
    } catch {
      respond(error.status, error.headers, to: arrival, at: now)
    }
  }

  /// The 200 lists all current bindings with the time that each has left.
  private mutating func confirm(_ key: BindingKey, _ arrival: Arrival, at now: Moment) {
    var response = arrival.request.response(StatusCode.ok, toTag: nextTag())
    response.headers.contacts = .addresses(
      registrar.devices(of: key).map { $0.listed(at: now.boot) })
    send(response, to: arrival.id, at: now)
  }

  mutating func note(
    _ level: LogNote.Level, _ message: String, tenant: TenantID? = nil, call: CallID? = nil,
    leg: LegID? = nil
  ) {
    outbox.append(.log(LogNote(level, message, tenant: tenant, call: call, leg: leg)))
  }
}

extension Exchange.Arrival {
  fileprivate var source: Registrar.Source {
    Registrar.Source(
      flow: flow, address: address.name,
      userAgent: Legible.text(request.headers["User-Agent"] ?? "", limit: 128),
      order: RegisterOrder(
        callID: request.headers.callID, sequence: request.headers.cseq.number))
  }
}

extension Binding {
  fileprivate func listed(at now: BootInstant) -> NameAddress {
    let remaining = max(0, now.duration(to: expires).nanoseconds)
    let seconds = (remaining + 999_999_999) / 1_000_000_000
    var address = NameAddress(uri: contact, parameters: [SIPParameter("expires", "\(seconds)")])
    if preference != 1000 {
      let digits = String(preference)
      address.parameters["q"] = "0." + String(repeating: "0", count: 3 - digits.count) + digits
    }
    return address
  }
}
