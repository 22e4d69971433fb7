/// Full names of header fields by their compact forms (RFC 3261 section 7.3.3 and later).
private let fullNames: [String: String] = [
  "a": "Accept-Contact", "b": "Referred-By", "c": "Content-Type", "d": "Request-Disposition",
  "e": "Content-Encoding", "f": "From", "i": "Call-ID", "j": "Reject-Contact", "k": "Supported",
  "l": "Content-Length", "m": "Contact", "n": "Identity-Info", "o": "Event", "r": "Refer-To",
  "s": "Subject", "t": "To", "u": "Allow-Events", "v": "Via", "x": "Session-Expires",
  "y": "Identity",
]

/// The fields that the parser reads itself, by their lower-case names.
private let knownNames: [String: String] = Dictionary(
  uniqueKeysWithValues: [
    "Via", "From", "To", "Call-ID", "CSeq", "Contact", "Route", "Record-Route", "Max-Forwards",
    "Content-Length", "Content-Type",
  ].map { ($0.lowercased(), $0) })

/// The name in full, and in the usual spelling where the parser knows it.
func canonicalName(_ name: String) -> String {
  let lower = name.lowercased()
  return fullNames[lower] ?? knownNames[lower] ?? name
}

/// What libosip2 gets to parse; the other fields stay text.
let structuredNames: Set<String> = [
  "Via", "From", "To", "Call-ID", "CSeq", "Contact", "Route", "Record-Route",
]

/// Fields that may stand there once (RFC 3261 section 7.3.1).
let singleNames: Set<String> = [
  "From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type",
]

/// What every message has (RFC 3261 section 8.1.1).
let mandatoryNames = ["Via", "From", "To", "Call-ID", "CSeq"]
