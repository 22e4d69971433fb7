/// What callers of an extension hear in the place of its devices, and where the keys lead that they
/// press.
public struct VoiceMenu: Hashable, Sendable {
  public enum Destination: Hashable, Sendable {
    /// A colleague, a group, or another menu.
    case `extension`(ExtensionID)
    /// The caller leaves a message there, and nothing rings.
    case mailbox(ExtensionID)
    /// A number outside, as one of the tenant's people might dial it, at the menu's cost.
    case outside(String)
    /// The conference with that number.
    case room(String)
    case hangUp
  }

  /// What callers can press.
  public static let keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#"]

  /// What is played; nil: the keys are named.
  public var prompt: SoundReference?
  /// `en`, `de`: what is said besides; nil: as to all callers of the tenant's.
  public var language: String?
  /// By key.
  public var choices: [String: Destination]
  /// Callers may key in an extension, also while the prompt is played.
  public var takesExtensions: Bool
  /// How long the first key may take after the prompt.
  public var patience: Duration
  /// How often the prompt is played again, after a key that means nothing, none at all, or somebody who
  /// does not answer.
  public var repeats: UInt8
  /// Where callers go whom that did not help.
  public var last: Destination

  public init(
    prompt: SoundReference? = nil, language: String? = nil, choices: [String: Destination],
    takesExtensions: Bool = false, patience: Duration = .seconds(5), repeats: UInt8 = 2,
    last: Destination = .hangUp
  ) {
    self.prompt = prompt
    self.language = language
    self.choices = choices
    self.takesExtensions = takesExtensions
    self.patience = patience
    self.repeats = repeats
    self.last = last
  }
}
