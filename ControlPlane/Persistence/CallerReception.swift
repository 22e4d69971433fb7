internal import NodeContract
internal import Postgres
internal import Tenancy

/// What can receive the callers of an extension in the place of its devices: one of them at most.
enum CallerReception: CaseIterable {
  case ringGroup, menu, queue, flow, paging

  fileprivate var expectation: String {
    switch self {
    case .ringGroup: "of an extension that rings no group"
    case .menu: "of an extension that has no menu"
    case .queue: "of an extension that has no queue"
    case .flow: "of an extension that has no call flow"
    case .paging: "of an extension that pages nobody"
    }
  }

  fileprivate func row(of id: ExtensionID, of tenant: TenantID) -> Query {
    switch self {
    case .ringGroup:
      "SELECT 1 FROM ring_groups WHERE tenant_id = \(tenant) AND extension_id = \(id)"
    case .menu: "SELECT 1 FROM menus WHERE tenant_id = \(tenant) AND extension_id = \(id)"
    case .queue: "SELECT 1 FROM queues WHERE tenant_id = \(tenant) AND extension_id = \(id)"
    case .flow: "SELECT 1 FROM call_flows WHERE tenant_id = \(tenant) AND extension_id = \(id)"
    case .paging: "SELECT 1 FROM paging_groups WHERE tenant_id = \(tenant) AND extension_id = \(id)"
    }
  }
}

extension Transaction {
  /// Throws `InvalidField` for `field` where something else receives the callers. The extension is locked.
  func check(
    _ reception: CallerReception, isTheOnlyOneOf id: ExtensionID, of tenant: TenantID,
    as field: String
  ) throws {
    for other in CallerReception.allCases where other != reception {
      guard try query(other.row(of: id, of: tenant)).count == 0 else {
        throw InvalidField(field, .malformed(expected: other.expectation))
      }
    }
  }
}
