/// What is said to whoever parks.
public enum ParkingNotice: Hashable, Sendable, CaseIterable {
  /// There is no call to be parked, or none at that place.
  case nothingParked
}

extension SpokenLanguage {
  public func notice(_ notice: ParkingNotice) -> [Prompt] {
    switch (self, notice) {
    case (.german, .nothingParked): [.spoken("Hier ist kein Gespräch geparkt")]
    case (_, .nothingParked): [.recorded("pbx-invalidpark")]
    }
  }
}
