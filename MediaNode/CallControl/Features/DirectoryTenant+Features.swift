import NodeContract

/// What a tenant's people mean by what they dial.
extension DirectoryTenant {
  /// Help comes before everything.
  func feature(_ dialled: String?) -> FeatureCodes.Dialled? {
    guard let dialled, !isEmergency(dialled) else { return nil }
    return snapshot.features.meaning(of: dialled)
  }

  /// The number of the room: some digits.
  func room(_ dialled: String?) -> String? {
    guard let meant = feature(dialled), meant.feature == .room, let number = meant.argument,
      number.utf8.count <= 8, number.utf8.allSatisfy({ 0x30...0x39 ~= $0 })
    else { return nil }
    return number
  }

  /// The number without the code that hides who calls it.
  func dialled(_ text: String?, hiding origin: inout CallOrigin) -> String {
    guard let meant = feature(text), meant.feature == .hideCaller, let number = meant.argument
    else {
      return text ?? ""
    }
    origin.isWithheld = true
    return number
  }

  /// All who are in a group with that user, and the groups themselves, each once.
  func colleagues(of user: ExtensionEntry) -> [BindingKey] {
    var known: Set<ExtensionID> = []
    for entry in snapshot.extensions {
      guard let group = entry.group, group.colleagues.contains(user.id) else { continue }
      known.formUnion(group.colleagues + [entry.id])
    }
    known.remove(user.id)
    return known.sorted().map { BindingKey(tenant: id, extension: $0) }
  }
}
