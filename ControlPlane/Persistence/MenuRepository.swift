public import NodeContract
internal import Postgres
public import Tenancy

/// Menus that callers of an extension hear.
public struct MenuRepository: Sendable {
  let store: Store

  /// `nil` where somebody is rung, or there is no such extension.
  public func menu(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> VoiceMenu? {
    try await store.read(in: scope) { transaction in
      try transaction.menus("m.tenant_id = \(tenant) AND m.extension_id = \(id)")[id]
    }
  }

  /// In the place of the one before; `nil`: none. Throws `InvalidField` for `prompt` (unknown), a target
  /// (unknown), and `menu` where its callers are received otherwise; `false` when there is no such extension.
  public func replace(
    _ menu: VoiceMenu?, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      guard try transaction.lockExtension(id, of: tenant) else { return false }
      _ = try transaction.execute(
        "DELETE FROM menus WHERE tenant_id = \(tenant) AND extension_id = \(id)")
      guard let menu else { return true }
      try transaction.insert(menu, of: id, of: tenant)
      return true
    }
  }
}

extension Transaction {
  fileprivate func insert(_ menu: VoiceMenu, of id: ExtensionID, of tenant: TenantID) throws {
    try check(.menu, isTheOnlyOneOf: id, of: tenant, as: "menu")
    _ = try execute(
      """
      INSERT INTO menus (tenant_id, extension_id, prompt_id, language, takes_extensions,
        patience_seconds, repeats)
      VALUES (\(tenant), \(id), \(menu.prompt?.id), \(menu.language), \(menu.takesExtensions),
        \(menu.patience.components.seconds), \(Int(menu.repeats)))
      """)
    let choices = menu.choices.map { ($0.key, $0.value) } + [("", menu.last)]
    for (key, destination) in choices {
      _ = try execute(
        """
        INSERT INTO menu_choices (tenant_id, extension_id, key, action, target_id, target)
        VALUES (\(tenant), \(id), \(key), \(destination.word), \(destination.targetID),
          \(destination.target))
        """)
    }
  }

  /// By extension.
  func menus(_ condition: Query) throws -> [ExtensionID: VoiceMenu] {
    var menus = Dictionary(
      uniqueKeysWithValues: try query(
        """
        SELECT m.extension_id, m.prompt_id, s.digest, m.language, m.takes_extensions,
          m.patience_seconds, m.repeats
        FROM menus m LEFT JOIN tenant_sounds s
          ON s.tenant_id = m.tenant_id AND s.sound_id = m.prompt_id
        WHERE \(condition)
        """
      ).map { (try $0.value("extension_id", as: ExtensionID.self), try VoiceMenu(row: $0)) })
    let choices = try query(
      """
      SELECT m.extension_id, m.key, m.action, m.target_id, m.target FROM menu_choices m
      WHERE \(condition)
      """
    ).map {
      (
        try $0.value("extension_id", as: ExtensionID.self), try $0.value("key", as: String.self),
        try VoiceMenu.Destination(row: $0)
      )
    }
    for (id, key, destination) in choices {
      if key.isEmpty {
        menus[id]?.last = destination
      } else {
        menus[id]?.choices[key] = destination
      }
    }
    return menus
  }
}

extension SoundReference {
  /// The sound with that id column, and its digest beside it; `nil` where there is none.
  init?(row: borrowing Row, id: String, digest: String) throws {
    guard let sound = try row.optional(id, as: SoundID.self) else { return nil }
    self.init(id: sound, digest: try row.value(digest, as: ByteString.self).bytes)
  }
}

extension VoiceMenu {
  /// Without its choices.
  fileprivate init(row: borrowing Row) throws {
    self.init(
      prompt: try SoundReference(row: row, id: "prompt_id", digest: "digest"),
      language: try row.optional("language"), choices: [:],
      takesExtensions: try row.value("takes_extensions"),
      patience: .seconds(try row.value("patience_seconds", as: Int.self)),
      repeats: UInt8(clamping: try row.value("repeats", as: Int.self)))
  }
}

extension VoiceMenu.Destination {
  var word: String {
    switch self {
    case .extension: "extension"
    case .mailbox: "mailbox"
    case .outside: "outside"
    case .room: "room"
    case .hangUp: "hang-up"
    }
  }

  var targetID: ExtensionID? {
    switch self {
    case .extension(let id), .mailbox(let id): id
    case .outside, .room, .hangUp: nil
    }
  }

  var target: String? {
    switch self {
    case .outside(let number), .room(let number): number
    case .extension, .mailbox, .hangUp: nil
    }
  }

  init(row: borrowing Row, prefix: String = "") throws {
    let word = try row.value(prefix + "action", as: String.self)
    switch word {
    case "extension": self = .extension(try row.value(prefix + "target_id"))
    case "mailbox": self = .mailbox(try row.value(prefix + "target_id"))
    case "outside": self = .outside(try row.value(prefix + "target"))
    case "room": self = .room(try row.value(prefix + "target"))
    case "hang-up": self = .hangUp
    default: throw StoreError.failed("a destination’s action: \(word)")
    }
  }
}
