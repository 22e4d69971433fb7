import Announcements
import NodeContract

/// Whose menu or queue a caller is in, and how whoever it is led to from there hears of it.
struct ReceptionHost: Hashable, Sendable {
  let entry: ExtensionID
  let number: String
  let language: SpokenLanguage
  /// Who calls, as far as others may see it.
  let callerName: String?
  let isWithheld: Bool
}

extension ReceptionHost {
  /// - Parameter language: `en`, `de`; nil: as to all callers of the tenant's.
  init(_ entry: ExtensionEntry, speaking language: String?, to origin: CallOrigin) {
    self.init(
      entry: entry.id, number: entry.number,
      language: language.flatMap(SpokenLanguage.init(rawValue:))
        ?? origin.tenant.snapshot.dialling.language,
      callerName: origin.isWithheld ? nil : origin.displayName, isWithheld: origin.isWithheld)
  }
}

extension MenuVisit {
  var host: ReceptionHost {
    ReceptionHost(
      entry: entry, number: number, language: language, callerName: callerName,
      isWithheld: isWithheld)
  }
}

extension CallMachine {
  /// Who leads the caller on; nil: nobody does.
  var host: ReceptionHost? {
    switch attendance?.purpose {
    // Whom a flow handed over does not come back to its menu.
    case .menu(let visit): visit.flowKeys == nil || flow != nil ? visit.host : nil
    case .queue: queued?.host
    case .announcement: flow?.host
    case .errand: errand?.host
    case .refusal, .room, .message, .visit, .switching, .telling, .parked, .page, nil: nil
    }
  }
}

extension CallOrigin {
  /// The caller, as whoever it is led to hears of it.
  init(_ call: CallMachine, from host: ReceptionHost, of tenant: DirectoryTenant, at now: Moment) {
    self.init(
      tenant: tenant, party: call.caller.party, number: call.caller.number,
      displayName: host.callerName, time: now.wall, isWithheld: host.isWithheld,
      isFromOutside: call.caller.isTrunk, passed: [.extension(host.entry, number: host.number)])
  }
}
