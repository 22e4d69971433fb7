import NodeContract

/// Calls for help. They pass every limit, and are what everything else makes room for.
extension DirectoryTenant {
  /// Whether this calls for help by the tenant's dialling rules.
  func isEmergency(_ dialled: String) -> Bool {
    !dialled.isEmpty && snapshot.dialling.emergencyNumbers.contains(dialled)
  }

  /// To the first carrier that can be called, with the number as it was dialled: it is no E.164
  /// number, and the carrier knows whom it means here.
  func helpRoute(_ dialled: String) -> CallRoute {
    guard let trunk = snapshot.trunks.first(where: \.isOutgoing) else { return .unknown }
    return .trunk(trunk, number: dialled)
  }

  /// The number that help may call back: the extension's own, or any of the tenant's.
  func callbackNumber(of user: ExtensionEntry) -> String? {
    user.outsideNumber ?? snapshot.numbers.first?.number
  }
}
