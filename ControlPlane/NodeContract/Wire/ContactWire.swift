internal import SwiftProtobuf

// Whom a tenant knows outside.

extension ContactEntry: WireConvertible {
  init(wire: WireContact) throws(WireError) {
    self.init(
      name: wire.name, numbers: wire.numbers, groups: wire.groups, isVIP: wire.isVip)
  }

  var wire: WireContact {
    .with {
      $0.name = name
      $0.numbers = numbers
      $0.groups = groups
      $0.isVip = isVIP
    }
  }
}
