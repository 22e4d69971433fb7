public import NodeContract

/// All that a flow's tests go by.
public struct FlowCircumstances: Hashable, Sendable {
  public var call: IncomingCall
  /// What the clocks show where the tenant is.
  public var time: LocalTime
  /// Whose flow it is.
  public var owner: ExtensionID
  /// Extensions whose day and night switch is at night.
  public var nights: Set<ExtensionID>

  public init(
    _ call: IncomingCall, by clock: ZoneClock, to owner: ExtensionID, nights: Set<ExtensionID>
  ) {
    self.init(call, at: LocalTime(call.time, by: clock), to: owner, nights: nights)
  }

  init(_ call: IncomingCall, at time: LocalTime, to owner: ExtensionID, nights: Set<ExtensionID>) {
    self.call = call
    self.time = time
    self.owner = owner
    self.nights = nights
  }
}

/// From one step to the next at which something happens to the caller. Nodes walk by this, and so does
/// whoever asks what they would do.
public struct FlowWay: Hashable, Sendable {
  /// A test, and how it went.
  public struct Test: Hashable, Sendable {
    public var step: CallFlow.StepName
    public var holds: Bool

    public init(step: CallFlow.StepName, holds: Bool) {
      self.step = step
      self.holds = holds
    }
  }

  public var tests: [Test]
  /// Nil: the flow leads nowhere from there, which no flow does that passed its check.
  public var stop: CallFlow.StepName?
}

/// What happened to a caller at a stop.
public enum FlowEvent: Hashable, Sendable {
  /// Nobody took the call, or the caller made no choice.
  case nobody
  /// It heard all that was to be said.
  case heard
  case key(String)
}

extension CallFlow {
  /// Stops of one call, at most.
  public static let mostStops = 100

  /// The way of a call that comes to that step.
  public func way(from step: StepName?, in circumstances: FlowCircumstances) -> FlowWay {
    way(from: step) { $1.holds(in: circumstances) }
  }

  /// - Parameter holds: nil of an action that is no test.
  func way(from step: StepName?, _ holds: (StepName, Action) -> Bool?) -> FlowWay {
    var way = FlowWay(tests: [], stop: nil)
    var next = step
    // One that goes round in its tests comes to no stop.
    while let name = next, let step = steps[name], way.tests.count <= steps.count {
      guard let isTrue = holds(name, step.action) else {
        way.stop = name
        return way
      }
      way.tests.append(FlowWay.Test(step: name, holds: isTrue))
      next = isTrue ? step.then : step.otherwise
    }
    return way
  }

  /// Where a call goes from a stop; nil: nowhere, it ends there.
  public func next(after stop: StepName, _ event: FlowEvent) -> StepName? {
    guard let step = steps[stop] else { return nil }
    switch event {
    case .nobody: return step.otherwise
    case .heard: return step.then
    case .key(let key):
      guard case .menu(let menu) = step.action else { return nil }
      return menu.choices[key]
    }
  }
}

extension CallFlow.Action {
  /// Nil: it is no test.
  func holds(in circumstances: FlowCircumstances) -> Bool? {
    switch self {
    case .hours(let hours): hours.contains(circumstances.time)
    case .night(let id): circumstances.nights.contains(id ?? circumstances.owner)
    case .caller(let callers): callers.include(circumstances.call)
    case .called(let numbers): numbers.contains(circumstances.call.called)
    case .ring, .outside, .menu, .queue, .announcement, .mailbox, .extension, .hangUp: nil
    }
  }

  public var isTest: Bool {
    switch self {
    case .hours, .night, .caller, .called: true
    case .ring, .outside, .menu, .queue, .announcement, .mailbox, .extension, .hangUp: false
    }
  }
}

extension FlowHours {
  public func contains(_ time: LocalTime) -> Bool {
    exception(on: time.date)?.isOpen ?? weekly.contains(time)
  }

  func contains(_ time: LocalTime, isHoliday: (CivilDate) -> Bool) -> Bool {
    exception(on: time.date)?.isOpen ?? weekly.contains(time, isHoliday: isHoliday)
  }

  private func exception(on date: CivilDate) -> Exception? {
    exceptions.first { $0.contains(date) }
  }
}

extension FlowHours.Exception {
  func contains(_ date: CivilDate) -> Bool {
    CivilDate(first) <= date && date <= CivilDate(last)
  }
}

extension CivilDate {
  public init(_ day: CalendarDay) { self.init(day.year, day.month, day.day) }
}
