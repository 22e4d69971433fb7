import NodeContract

/// Who rings or talks: calls that are over are known of for half a minute yet, and occupy nobody.
extension Exchange {
  func isOccupied(_ entry: ExtensionEntry, in tenant: DirectoryTenant) -> Bool {
    lines[entry.key(in: tenant)]?
      .contains { calls[$0]?.machine.occupies(entry.id) == true } == true
  }
}

extension CallMachine {
  fileprivate func occupies(_ id: ExtensionID) -> Bool {
    caller.isOpen && caller.isOf(id) || callees.contains { $0.isOpen && $0.isOf(id) }
  }
}
