import CLibOSIP2
import CLibOSIP2Shim

/// The library's own preparation; touch `isReady` before anything else.
enum LibOSIP {
  static let isReady: Bool = {
    CLibOSIP2_begin()
    return true
  }()
}

/// A copy that the library will free.
func owned(_ text: String) -> UnsafeMutablePointer<CChar>? { osip_strdup(text) }

/// Takes a string that the library made: copies and frees it.
func taken(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
  guard let pointer else { return "" }
  defer { CLibOSIP2_free(pointer) }
  return String(cString: pointer)
}

extension Optional where Wrapped == UnsafeMutablePointer<CChar> {
  /// A copy; what is no UTF-8 is repaired.
  var text: String? { map { String(cString: $0) } }
}

/// The first element of one of the library's lists.
func first<Element>(
  of list: osip_list_t, as type: Element.Type
) -> UnsafeMutablePointer<Element>? {
  list.node?.pointee.element?.assumingMemoryBound(to: type)
}

/// The elements of one of the library's lists, converted; nil when one of them cannot be.
func converted<Element, Value>(
  _ list: osip_list_t, of type: Element.Type,
  _ convert: (UnsafeMutablePointer<Element>) -> Value?
) -> [Value]? {
  guard list.nb_elt > 0 else { return [] }
  var values: [Value] = []
  values.reserveCapacity(Int(list.nb_elt))
  var next = list.node
  while let node = next?.pointee {
    guard let element = node.element, let value = convert(element.assumingMemoryBound(to: type))
    else { return nil }
    values.append(value)
    next = node.next
  }
  return values
}

/// A message of the library, freed with its owner.
struct OwnedMessage: ~Copyable {
  let pointer: UnsafeMutablePointer<osip_message_t>

  init() {
    precondition(LibOSIP.isReady)
    var message: UnsafeMutablePointer<osip_message_t>?
    guard osip_message_init(&message) == 0, let message else { fatalError("out of memory") }
    pointer = message
  }

  deinit { osip_message_free(pointer) }
}

/// A session description of the library, freed with its owner.
struct OwnedSession: ~Copyable {
  let pointer: UnsafeMutablePointer<sdp_message_t>

  init() {
    precondition(LibOSIP.isReady)
    var session: UnsafeMutablePointer<sdp_message_t>?
    guard sdp_message_init(&session) == 0, let session else { fatalError("out of memory") }
    pointer = session
  }

  deinit { sdp_message_free(pointer) }
}
