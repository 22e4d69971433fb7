import FoundationEssentials

// The bodies of etcd's JSON gateway: protobuf's JSON mapping, in which 64-bit integers are
// strings, bytes are base64 and members with the value zero are left out.

/// Reads and writes them: `mod_revision` is `modRevision` here.
enum GatewayJSON {
  static func encode(_ request: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return try encoder.encode(request)
  }

  static func decode<Response: Decodable>(
    _ type: Response.Type = Response.self, from data: Data
  ) throws -> Response {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: data)
  }
}

/// A 64-bit integer of protobuf's JSON mapping; numbers are understood as well.
struct Int64Text: Codable, Hashable {
  var value: Int64

  init(_ value: Int64) { self.value = value }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      guard let value = Int64(text) else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "no integer")
      }
      self.value = value
    } else {
      value = try container.decode(Int64.self)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(String(value))
  }
}

struct ResponseHeader: Decodable {
  var revision: Int64Text?
}

struct KeyValue: Decodable {
  var key: Data
  var value: Data?
  var createRevision: Int64Text?
  var modRevision: Int64Text?
  var lease: Int64Text?

  var entry: EtcdEntry {
    EtcdEntry(
      key: String(decoding: key, as: UTF8.self), value: Array(value ?? Data()),
      createRevision: createRevision?.value ?? 0, modRevision: modRevision?.value ?? 0,
      lease: lease.map { LeaseID($0.value) })
  }
}

struct RangeRequest: Encodable {
  var key: Data
  var rangeEnd: Data?
  /// Only those that a transaction of this revision or a later one wrote last.
  var minModRevision: Int64Text?
}

struct RangeResponse: Decodable {
  var header: ResponseHeader?
  var kvs: [KeyValue]?
  /// Of all keys of the range.
  var count: Int64Text?
}

struct PutRequest: Encodable {
  var key: Data
  var value: Data
  var lease: Int64Text?
}

struct PutResponse: Decodable {
  var header: ResponseHeader?
}

struct DeleteRequest: Encodable {
  var key: Data
}

struct TransactionRequest: Encodable {
  struct Comparison: Encodable {
    var key: Data
    var target = "MOD"
    var result = "EQUAL"
    var modRevision: Int64Text
  }

  struct Operation: Encodable {
    var requestPut: PutRequest?
    var requestRange: RangeRequest?
    var requestDeleteRange: DeleteRequest?
  }

  var compare: [Comparison]
  var success: [Operation]
  var failure: [Operation]
}

struct TransactionResponse: Decodable {
  struct Result: Decodable {
    var responseRange: RangeResponse?
  }

  var header: ResponseHeader?
  var succeeded: Bool?
  var responses: [Result]?
}

/// The requests about leases, whose members are in capitals and so beyond the encoder's rule.
enum LeaseRequest {
  static func grant(seconds: Int64) -> [String: Int64Text] { ["TTL": Int64Text(seconds)] }
  static func about(_ lease: LeaseID) -> [String: Int64Text] { ["ID": Int64Text(lease.number)] }
}

struct LeaseGrantResponse: Decodable {
  enum CodingKeys: String, CodingKey { case id = "ID" }

  var id: Int64Text
}

struct LeaseKeepAliveResponse: Decodable {
  struct Result: Decodable {
    enum CodingKeys: String, CodingKey { case timeToLive = "TTL" }

    var timeToLive: Int64Text?
  }

  var result: Result?
  var error: GatewayError?
}

struct EmptyResponse: Decodable {}

struct StatusResponse: Decodable {
  var leader: Int64TextOrUnsigned?
}

/// A member's id: an unsigned integer of which only zero matters.
struct Int64TextOrUnsigned: Decodable {
  var isZero: Bool

  init(from decoder: any Decoder) throws {
    isZero = try decoder.singleValueContainer().decode(String.self) == "0"
  }
}

struct WatchRequest: Encodable {
  struct Create: Encodable {
    var key: Data
    var rangeEnd: Data
    var startRevision: Int64Text
  }

  var createRequest: Create
}

struct WatchLine: Decodable {
  struct Result: Decodable {
    var header: ResponseHeader?
    var created: Bool?
    var canceled: Bool?
    var cancelReason: String?
    var compactRevision: Int64Text?
    var events: [Event]?
  }

  struct Event: Decodable {
    /// Left out for `PUT`, which is protobuf's zero.
    var type: String?
    var kv: KeyValue

    var update: EtcdUpdate {
      let entry = kv.entry
      return type == "DELETE"
        ? .deleted(key: entry.key, revision: entry.modRevision) : .put(entry)
    }
  }

  var result: Result?
  var error: GatewayError?
}

/// What the gateway answers instead; `error` and `message` are the same text.
struct GatewayError: Decodable {
  var code: Int?
  var grpcCode: Int?
  var message: String?
  var error: String?
}

extension Data {
  init(_ key: String) { self = Data(key.utf8) }

  /// The first key after all that begin with this one: etcd's way to say prefix.
  var endOfPrefix: Data {
    var end = self
    while let last = end.popLast() {
      if last < 0xFF {
        end.append(last + 1)
        return end
      }
    }
    return Data([0])
  }
}
