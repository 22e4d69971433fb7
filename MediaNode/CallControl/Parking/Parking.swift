import NodeContract

/// A party that waits at a parking place until somebody takes it, or its parker hears of it again.
struct Parking: Hashable, Sendable {
  let slot: UInt8
  /// To whom it comes back.
  let parker: ExtensionID
  /// The parker's leg in the call, whose place the next one takes.
  let place: LegID
  /// When it comes back.
  var returnsAt: BootInstant
  /// How often it came back.
  var returns: UInt8 = 0
}

/// A parking place of a tenant's.
struct ParkingPlace: Hashable, Sendable {
  let tenant: TenantID
  let slot: UInt8
}

/// Who waits where. Follows from what the calls say of themselves.
struct ParkingLot: Sendable {
  private var calls: [ParkingPlace: CallID] = [:]

  var isEmpty: Bool { calls.isEmpty }

  subscript(place: ParkingPlace) -> CallID? { calls[place] }

  /// The lowest place that is free; nil: none is.
  func free(of tenant: TenantID, most: UInt8) -> UInt8? {
    guard most > 0 else { return nil }
    return (1...most).first { calls[ParkingPlace(tenant: tenant, slot: $0)] == nil }
  }

  /// Whoever is there stays.
  mutating func enter(_ call: CallID, _ place: ParkingPlace) {
    if calls[place] == nil { calls[place] = call }
  }

  mutating func leave(_ call: CallID, _ place: ParkingPlace) {
    if calls[place] == call { calls[place] = nil }
  }
}

extension ExtensionID {
  /// What stands for a parking place where extensions are watched. No extension has such an id: ids have
  /// the time of their making.
  static func parkingPlace(_ slot: UInt8) -> ExtensionID {
    ExtensionID(UUIDv7(high: 0x7000, low: 0x8000_0000_0000_0000 | UInt64(slot)))
  }

  /// Nil: it is an extension's.
  var parkingPlace: UInt8? {
    guard uuid.high == 0x7000, uuid.low >> 8 == 0x80_0000_0000_0000 else { return nil }
    return UInt8(truncatingIfNeeded: uuid.low)
  }
}
