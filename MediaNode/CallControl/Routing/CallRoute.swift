import CallFlows
import NodeContract

/// Where a call goes.
enum CallRoute: Hashable, Sendable {
  case `extension`(ExtensionEntry, called: String)
  /// To the carrier; the number in E.164.
  case trunk(TrunkEntry, number: String)
  case unknown
}

extension DirectoryTenant {
  /// What an extension of this tenant means by `dialled`: a colleague, a number of the tenant's
  /// own (which stays inside and costs nothing), or the world.
  func route(dialled: String) -> CallRoute {
    if isEmergency(dialled) { return helpRoute(dialled) }
    if let colleague = extensionsByNumber[dialled] {
      return .extension(colleague, called: dialled)
    }
    guard let number = snapshot.dialling.e164(dialled) else { return .unknown }
    if let colleague = destination(of: number) { return .extension(colleague, called: number) }
    // A number that is the tenant's but leads nowhere must not come back through the carrier.
    guard numbers[number] == nil, let trunk = snapshot.trunks.first, trunk.isOutgoing else {
      return .unknown
    }
    return .trunk(trunk, number: number)
  }
}
