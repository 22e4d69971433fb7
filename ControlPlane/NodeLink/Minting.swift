import Foundation
import NodeContract

extension TypedID {
  /// A new id, born now.
  static func minted() -> TypedID {
    var random = SystemRandomNumberGenerator()
    let now = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    return TypedID(at: now, using: &random)
  }
}
