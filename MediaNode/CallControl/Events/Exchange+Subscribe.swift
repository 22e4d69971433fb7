import NodeContract
import SIP

/// SUBSCRIBE (RFC 6665 section 4.2.1): who may watch whom, and for how long.
extension Exchange {
  /// A SUBSCRIBE outside dialogs.
  mutating func subscribe(_ arrival: Arrival, at now: Moment) {
    guard arrival.address.role == .phones, let tenant = tenant(of: arrival.request) else {
      return respond(StatusCode.notFound, to: arrival, at: now)
    }
    guard let user = authenticate(arrival, of: tenant, at: now), canBeginDialog(arrival, at: now)
    else { return }
    do throws(SubscriptionRefusal) {
      let event = try Self.event(of: arrival.request)
      let resource = try resource(of: arrival.request, event, user, in: tenant)
      let lifetime = try lifetime(of: arrival.request)
      guard subscriptions.hasRoom(for: user.key(in: tenant), limits) else {
        let retry = HeaderField("Retry-After", nextRetryAfter())
        throw SubscriptionRefusal(StatusCode.serviceUnavailable, [retry])
      }
      begin(resource, event, user, for: lifetime, arrival, at: now)
    } catch {
      respond(error.status, error.headers, to: arrival, at: now)
    }
  }

  private mutating func begin(
    _ resource: EventResource, _ event: EventName, _ user: ExtensionEntry,
    for lifetime: Duration, _ arrival: Arrival, at now: Moment
  ) {
    let contact = NameAddress(uri: arrival.address.uri(over: arrival.flow))
    guard
      var dialog = Dialog(answering: arrival.request, localTag: nextTag(), contact: contact)
    else { return respond(StatusCode.badRequest, to: arrival, at: now) }
    dialog.confirm()
    var subscription = EventSubscription(
      resource, event: event, subscriber: user.id, address: arrival.address.name, dialog: dialog,
      flow: arrival.flow)
    subscription.accepted(for: lifetime, at: now.boot)
    merged.insert(arrival.request, at: now.boot)
    accept(arrival, subscription, for: lifetime, at: now)
  }

  /// The 200 comes before the NOTIFY, for phones that know the subscription only then.
  private mutating func accept(
    _ arrival: Arrival, _ subscription: EventSubscription, for lifetime: Duration, at now: Moment
  ) {
    let dialog = subscription.dialog
    var response = arrival.request.response(StatusCode.ok, toTag: dialog.id.localTag)
    response.headers.contacts = .addresses([dialog.contact])
    response.headers["Expires"] = "\(lifetime.components.seconds)"
    send(response, to: arrival.id, at: now)
    notify(subscription, isRenewed: true, at: now)
  }

  // MARK: - Within the subscription's dialog

  /// False when the request belongs to no subscription.
  mutating func receivedInSubscription(_ arrival: Arrival, at now: Moment) -> Bool {
    let headers = arrival.request.headers
    let key = DialogKey(callID: headers.callID, localTag: headers.to.tag ?? "")
    guard var subscription = subscriptions[key],
      subscription.dialog.id.remoteTag == headers.from.tag ?? ""
    else { return false }
    guard subscription.dialog.receive(arrival.request) else {
      respond(
        StatusCode.serverInternalError, [HeaderField("Retry-After", "1")], to: arrival, at: now)
      return true
    }
    subscription.flow = arrival.flow
    subscriptions.store(subscription)
    switch arrival.request.method {
    case .subscribe: refresh(subscription, arrival, at: now)
    case .options: answerOptions(arrival, at: now)
    case .notify: respond(StatusCode.dialogDoesNotExist, to: arrival, at: now)
    default: respond(StatusCode.methodNotAllowed, to: arrival, at: now)
    }
    return true
  }

  /// A refresh, or with `Expires: 0` the end.
  private mutating func refresh(
    _ subscription: EventSubscription, _ arrival: Arrival, at now: Moment
  ) {
    var subscription = subscription
    do throws(SubscriptionRefusal) {
      guard try Self.event(of: arrival.request) == subscription.event else {
        throw .unknownEvent
      }
      let lifetime = try lifetime(of: arrival.request)
      subscription.accepted(for: lifetime, at: now.boot)
      subscription.dialog.refreshTarget(by: arrival.request)
      accept(arrival, subscription, for: lifetime, at: now)
    } catch {
      respond(error.status, error.headers, to: arrival, at: now)
    }
  }

  // MARK: - What is asked for

  private static func event(of request: SIPRequest) throws(SubscriptionRefusal) -> EventName {
    guard let event = request.headers["Event"].flatMap(EventName.init) else { throw .unknownEvent }
    return event
  }

  /// Colleagues may watch each other's calls, parking places and what flows are switched by; a mailbox is its
  /// owner's alone, and so are the other switches.
  private func resource(
    of request: SIPRequest, _ event: EventName, _ user: ExtensionEntry,
    in tenant: DirectoryTenant
  ) throws(SubscriptionRefusal) -> EventResource {
    if let slot = parkingSlot(request.uri.user, in: tenant), event.package == .dialog {
      return EventResource(
        tenant: tenant.id, extension: .parkingPlace(slot), package: event.package)
    }
    if event.package == .dialog, let lamp = switchResource(request.uri.user, user, in: tenant) {
      return lamp
    }
    guard let entry = tenant.extensionsByNumber[request.uri.user ?? ""] else {
      throw SubscriptionRefusal(StatusCode.notFound)
    }
    guard request.accepts(event.package.contentType) else {
      throw SubscriptionRefusal(StatusCode.notAcceptable)
    }
    guard event.package != .messageSummary || entry.id == user.id else {
      throw SubscriptionRefusal(StatusCode.forbidden)
    }
    return EventResource(tenant: tenant.id, extension: entry.id, package: event.package)
  }

  private func lifetime(of request: SIPRequest) throws(SubscriptionRefusal) -> Duration {
    guard let text = request.headers["Expires"] else { return limits.longestSubscription }
    guard let seconds = UInt32(text.filter { !$0.isWhitespace }) else {
      throw SubscriptionRefusal(StatusCode.badRequest)
    }
    let wish = Duration.seconds(Int64(seconds))
    guard wish == .zero || wish >= limits.shortestSubscription else {
      let least = "\(limits.shortestSubscription.components.seconds)"
      throw SubscriptionRefusal(
        StatusCode.intervalTooBrief, [HeaderField("Min-Expires", least)])
    }
    return min(wish, limits.longestSubscription)
  }
}

/// Why somebody may not subscribe.
struct SubscriptionRefusal: Error, Hashable {
  let status: Int
  let headers: [HeaderField]

  init(_ status: Int, _ headers: [HeaderField] = []) {
    self.status = status
    self.headers = headers
  }

  /// What there is instead (RFC 6665 section 8.3.2).
  static let unknownEvent = SubscriptionRefusal(
    StatusCode.badEvent, [HeaderField("Allow-Events", Capabilities.events)])
}

extension SIPRequest {
  /// Whether its Accept fields, if any, allow a body of this type (RFC 3261 section 20.1).
  func accepts(_ type: String) -> Bool {
    let accepted = headers.values(of: "Accept").flatMap { headerElements(of: $0) }
      .map { range in range.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased() }
    let family = type.prefix { $0 != "/" } + "/*"
    return accepted.isEmpty || accepted.contains { $0 == type || $0 == "*/*" || $0 == family }
  }
}

extension ExtensionEntry {
  func key(in tenant: DirectoryTenant) -> BindingKey {
    BindingKey(tenant: tenant.id, extension: id)
  }
}
