import NodeContract
import SIP

/// The carriers that may call one of our addresses from anywhere, as the authenticator sees them.
struct TrunkVisitors: DigestAccounts, Sendable {
  let realm: String
  private let trunks: [String: TrunkEntry]

  /// Nil where there are none: then strangers are no riddle to be solved.
  init?(of trunks: some Sequence<TrunkEntry>, at address: AddressName) {
    realm = address.text
    self.trunks = Dictionary(
      trunks.filter { $0.address == address }.compactMap { trunk in
        trunk.visitor.map { ($0.username, trunk) }
      }.sorted { $0.1.id < $1.1.id }
    ) { first, _ in first }
    if self.trunks.isEmpty { return nil }
  }

  func trunk(of user: String) -> TrunkEntry? { trunks[user] }

  func credentials(of user: String) -> [DigestCredential]? { trunks[user]?.visitor?.credentials }

  /// Carriers have no reason to hide their name.
  func user(hashed name: String) -> String? { nil }

  /// Carriers' names are few and theirs: all that may be learnt is that one of them has an old
  /// algorithm only.
  func offerToStranger(_ user: String) -> [DigestAlgorithm] { DigestAlgorithm.allCases }
}
