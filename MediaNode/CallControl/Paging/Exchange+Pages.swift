import Announcements
import NodeContract
import SIP

/// Paging groups: whoever calls one is heard at its members' telephones, which answer by themselves.
extension Exchange {
  /// True when the INVITE was for a paging group; it is answered then.
  mutating func pagesGroup(
    _ arrival: Arrival, _ dialled: String, _ user: ExtensionEntry, _ origin: CallOrigin,
    at now: Moment
  ) -> Bool {
    guard origin.tenant.hasPagingGroups,
      case .extension(let entry, let called) = origin.tenant.route(dialled: dialled),
      let group = entry.paging
    else { return false }
    guard group.isOpen(to: user.id) else {
      refuse(.forbidden, arrival, origin, called: called, at: now)
      return true
    }
    let members = listeners(of: group, called: called, from: origin)
    guard !members.isEmpty else {
      refuse(.offline, arrival, origin, called: called, at: now)
      return true
    }
    let host = ReceptionHost(entry, speaking: nil, to: origin)
    let page = Page(language: host.language, longest: group.longest)
    let room = nextRoom()
    let begun = attend(arrival, origin, called: called, at: now) {
      $0.begin(page, in: room, at: now)
    }
    guard let begun, calls[begun]?.machine.isPaging == true else { return true }
    let share = PageShare(page: begun, host: host, talksBack: group.talksBack)
    for targets in members { summon(targets, to: share, called: called, from: origin, at: now) }
    reviewPage(begun, at: now)
    return true
  }

  private mutating func refuse(
    _ outcome: CallOutcome, _ arrival: Arrival, _ origin: CallOrigin, called: String,
    at now: Moment
  ) {
    begin(
      arrival, origin, to: CallDestination(called: called, kind: .refused(outcome)), at: now)
  }

  /// The telephones of each member who could hear it now: whoever talks or wants no calls is not spoken to.
  private func listeners(of group: PagingGroup, called: String, from origin: CallOrigin)
    -> [[CallTarget]]
  {
    let headers = Self.answersByItself(at: origin.tenant.snapshot.domain)
    let members = group.members.lazy.map { member in
      targets(at: member, skipsBusy: true, called: called, from: origin).map { target in
        var target = target
        target.headers += headers
        return target
      }
    }
    return Array(members.filter { !$0.isEmpty }.prefix(max(0, limits.partiesPerRoom - 1)))
  }

  // MARK: - Members

  /// One of the member's telephones is to answer. Its record stands in the call of whoever speaks.
  private mutating func summon(
    _ targets: [CallTarget], to share: PageShare, called: String, from origin: CallOrigin,
    at now: Moment
  ) {
    guard hasRoom(for: origin.tenant.id), let first = targets.first,
      var call = newErrand(
        .page(share), named: CallID(at: now.wall, using: &random), for: share.host,
        calling: called, shown: called, over: first.flow, origin.tenant, at: now)
    else { return }
    call.attendance = Attendance(purpose: .errand)
    call.callees = targets.prefix(max(1, limits.legsPerCall - 1)).map { target in
      var leg = outgoingLeg(target, beside: call.caller, in: call, at: now)
      leg.recordedIn = share.page
      return leg
    }
    call.state = .ringing(until: now.boot.advanced(by: limits.pageAnswer))
    let shown = origin.isWithheld ? CallerIdentity.anonymous : origin.number
    ring(call, called: called, from: shown, at: now)
  }

  /// The member's telephone answered.
  mutating func join(_ share: PageShare, of member: CallID, at now: Moment) {
    guard let page = calls[share.page]?.machine, page.isPaging, let room = page.stay?.room else {
      return update(member, at: now) { $0.end(.answered, at: now) }
    }
    update(member, at: now) { $0.hearsPage(in: room, at: now) }
    update(page.id, at: now) { $0.pageIsHeard(at: now) }
  }

  // MARK: - Its end

  mutating func followPage(from before: CallMachine, to after: CallMachine, at now: Moment) {
    if before.isPaging, !after.isPaging { endPage(after.id, at: now) }
    guard let errand = before.errand, let share = errand.share, !before.isEnding, after.isEnding
    else { return }
    if errand.stage == .callers, calls[share.page]?.machine.isPaging == true {
      let outcome = CallMachine.best(of: after.failures)
      update(share.page, at: now) { $0.pageIsMissed(outcome) }
    }
    reviewPage(share.page, at: now)
  }

  /// Whoever heard it, or was to, is hung up.
  private mutating func endPage(_ page: CallID, at now: Moment) {
    for member in pages.members(of: page) {
      update(member, at: now) { $0.end(.cancelled, at: now) }
    }
  }

  /// A page that nobody hears, or will, is over.
  private mutating func reviewPage(_ page: CallID, at now: Moment) {
    guard calls[page]?.machine.isPaging == true,
      !pages.members(of: page).contains(where: { calls[$0]?.machine.isEnding == false })
    else { return }
    let notice: Notice? = configuration.announces ? .nobodyAvailable : nil
    update(page, at: now) { $0.nobodyListens(notice, at: now) }
  }

  /// Members whose page is not here (any more).
  mutating func reviewPages(at now: Moment) {
    for page in pages.ids where calls[page]?.machine.isPaging != true { endPage(page, at: now) }
  }
}
