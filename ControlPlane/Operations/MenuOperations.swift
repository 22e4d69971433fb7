public import NodeContract
public import Persistence
public import Tenancy

/// What callers of an extension hear in the place of its devices.
public struct MenuOperations: Sendable {
  private let store: Store

  public init(_ store: Store) { self.store = store }

  public func find(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> VoiceMenu {
    try found(await store.menus.menu(of: id, of: tenant, in: scope), "menu", id)
  }

  /// Callers hear this from now on. Those who are in the menu hear on what they heard.
  ///
  /// - Parameter prompt: takes the place of the one in `new`.
  public func replace(
    _ new: NewMenu, prompt: SoundID?, of id: ExtensionID, of tenant: TenantID,
    in scope: AccessScope
  ) async throws -> VoiceMenu {
    let owner = try found(await store.tenants.find(tenant, in: scope), "tenant", tenant)
    var new = new
    new.prompt = try await store.reference(to: prompt, as: "prompt", of: tenant, in: scope)
    let menu = try VoiceMenu(checking: new, dialling: owner.dialling)
    do {
      guard try await store.menus.replace(menu, of: id, of: tenant, in: scope) else {
        throw NotFound("extension", id)
      }
    } catch let field as InvalidField where field.field == "target" {
      throw InvalidField("to", field.problem)
    }
    return menu
  }

  /// Somebody is rung again.
  public func remove(_ id: ExtensionID, of tenant: TenantID, in scope: AccessScope) async throws {
    _ = try await find(id, of: tenant, in: scope)
    _ = try await store.menus.replace(nil, of: id, of: tenant, in: scope)
  }
}
