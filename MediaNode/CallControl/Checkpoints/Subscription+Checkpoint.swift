import NodeContract
import SIP

extension EventPackage: Checkpointed {}
extension EventSubscription.EndReason: Checkpointed {}

/// A subscription as bytes, for those who might have to carry it on.
extension EventSubscription {
  private static let formatVersion: UInt8 = 1
  /// Only of switches: whoever does not know them knows the others.
  private static let switchVersion: UInt8 = 2

  func checkpoint(at now: BootInstant) -> [UInt8] {
    var writer = CheckpointWriter(at: now)
    writer.write(resource.switch == nil ? Self.formatVersion : Self.switchVersion)
    writer.write(resource.tenant)
    writer.write(resource.extension)
    writer.write(resource.package)
    if let kind = resource.switch { writer.write(kind) }
    writer.write(event.id)
    writer.write(subscriber)
    writer.write(address)
    writer.write(dialog)
    writer.write(flow)
    writer.write(state)
    writer.write(version)
    writer.write(isNotifying)
    writer.write(isStale)
    return writer.bytes
  }

  init(checkpoint bytes: [UInt8], at now: BootInstant) throws(CheckpointError) {
    var reader = CheckpointReader(bytes, at: now)
    let version = try reader.read(UInt8.self)
    guard [Self.formatVersion, Self.switchVersion].contains(version) else {
      throw .unknownVersion(version)
    }
    var resource = EventResource(
      tenant: try reader.read(), extension: try reader.read(), package: try reader.read())
    if version == Self.switchVersion {
      resource.switch = try reader.read(AnsweringSwitches.Kind.self)
    }
    self.init(
      restoring: EventSubscription(
        resource, event: EventName(resource.package, id: try reader.read()),
        subscriber: try reader.read(), address: try reader.read(), dialog: try reader.read(),
        flow: try reader.read()),
      state: try reader.read(), version: try reader.read(), isNotifying: try reader.read(),
      isStale: try reader.read())
    guard reader.left == 0 else { throw .leftover(reader.left) }
  }
}

extension EventSubscription.State: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .active(let until):
      writer.write(UInt8(1))
      writer.write(until)
    case .ending(let reason):
      writer.write(UInt8(2))
      writer.write(reason)
    case .over: writer.write(UInt8(3))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .active(until: try reader.read(BootInstant.self))
    case 2: self = .ending(try reader.read(EventSubscription.EndReason.self))
    case 3: self = .over
    default: throw .malformed("subscription")
    }
  }
}
