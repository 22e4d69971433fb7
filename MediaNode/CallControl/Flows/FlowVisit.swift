import Announcements
import CallFlows
import NodeContract

/// A call in a flow: whose it is, and where in it the call is. A version that is published meanwhile changes
/// nothing of it.
struct FlowVisit: Hashable, Sendable {
  let host: ReceptionHost
  let flow: CallFlow
  /// What was called, as tests see it.
  let called: String
  /// When the call came, which is the time of all tests: nobody is sent home for having waited.
  let cameAt: WallTime
  /// Where it is.
  var stop: CallFlow.StepName

  /// Tells stops apart, also those of two flows.
  var place: Place { Place(flow: host.entry, stop: stop) }

  struct Place: Hashable {
    let flow: ExtensionID
    let stop: CallFlow.StepName
  }

  /// How long those may ring who are asked at this stop; nil: as long as they would else.
  var ringsFor: Duration? {
    switch flow.steps[stop]?.action {
    case .ring(_, let time), .outside(_, let time): time
    default: nil
    }
  }
}

/// Something that a caller hears on its way through a flow.
struct FlowAnnouncement: Hashable, Sendable {
  let sound: SoundReference
  let language: SpokenLanguage
  /// Of the call so far, in menus and queues, and announcements count as one each: a circle of them ends.
  var choices: UInt8 = 0

  /// Where the sound is not there, nothing is heard.
  var programme: Programme {
    Programme(announcement: Announcement([.uploaded(sound.name)], in: language, otherwise: []))
  }
}

extension MenuVisit {
  init(_ menu: CallFlow.Menu, in visit: FlowVisit) {
    let host = visit.host
    self.init(
      entry: host.entry, number: host.number,
      menu: VoiceMenu(
        prompt: menu.prompt, language: menu.language, choices: [:], patience: menu.patience,
        repeats: menu.repeats),
      language: menu.language.flatMap(SpokenLanguage.init(rawValue:)) ?? host.language, alone: [],
      longest: 1, callerName: host.callerName, isWithheld: host.isWithheld,
      flowKeys: VoiceMenu.keys.filter { menu.choices[$0] != nil })
  }
}
