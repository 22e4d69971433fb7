import FoundationEssentials
public import Hummingbird
import NIOCore

extension Response {
  /// `value` as JSON: `createdAt` is written `created_at`, members stand in alphabetical order so
  /// that equal values are equal bytes.
  public static func json(
    _ value: some Encodable, status: HTTPResponse.Status = .ok,
    contentType: String = "application/json"
  ) -> Response {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let bytes = try encoder.encode(value)
      return Response(
        status: status, headers: [.contentType: contentType],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    } catch {
      preconditionFailure("a view cannot be written as JSON: \(value), \(error)")
    }
  }

  /// A thing that was made, and where it is.
  public static func created(_ value: some Encodable, at location: String) -> Response {
    var response = Response.json(value, status: .created)
    response.headers[.location] = location
    return response
  }

  public static let noContent = Response(status: .noContent)

  /// Plain text of the given content type.
  public static func text(
    _ text: String, status: HTTPResponse.Status = .ok, contentType: String = "text/plain"
  ) -> Response {
    Response(
      status: status, headers: [.contentType: "\(contentType); charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}

/// A member that is written as `null` when there is no value, so that a reader sees that it exists.
@propertyWrapper
public struct Nullable<Value: Encodable & Sendable>: Encodable, Sendable {
  public var wrappedValue: Value?

  public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let wrappedValue {
      try container.encode(wrappedValue)
    } else {
      try container.encodeNil()
    }
  }
}

/// A page of a list: `{"items":[…],"next":"cursor"}`; `next` is `null` at the end.
public struct PageView<Item: Encodable & Sendable>: Encodable, Sendable {
  public var items: [Item]
  @Nullable public var next: String?

  public init(items: [Item], next: Cursor?) {
    self.items = items
    _next = Nullable(wrappedValue: next?.opaque)
  }
}

/// Where a page ended. Clients hand it back as they got it.
public struct Cursor: Hashable, Sendable {
  /// What the list's own order is by.
  public let position: String

  public init(position: String) { self.position = position }

  /// The client's form, which promises nothing about what is in it.
  public var opaque: String {
    Data(position.utf8).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// Reads the client's form.
  public init?(opaque: String) {
    let standard = opaque.replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
    guard let bytes = Data(base64Encoded: standard + padding),
      let position = String(validating: bytes, as: UTF8.self)
    else { return nil }
    self.position = position
  }
}
