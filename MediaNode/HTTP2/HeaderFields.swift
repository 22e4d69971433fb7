internal import CNGHTTP2

/// Header fields in memory that nghttp2 can read.
struct HeaderFields {
  private let fields: [(name: [UInt8], value: [UInt8])]

  init(_ fields: [(String, String)]) {
    self.fields = fields.map { (Array($0.0.utf8), Array($0.1.utf8)) }
  }

  /// Lends the fields; nghttp2 copies what it keeps.
  func withPointer<Result>(_ body: (UnsafePointer<nghttp2_nv>?) -> Result) -> Result {
    var text = fields.flatMap { $0.name + $0.value }
    return text.withUnsafeMutableBufferPointer { text in
      var offset = 0
      let list = fields.map { field in
        let start = text.baseAddress?.advanced(by: offset)
        offset += field.name.count + field.value.count
        return nghttp2_nv(
          name: start, value: start?.advanced(by: field.name.count), namelen: field.name.count,
          valuelen: field.value.count, flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
      }
      return list.withUnsafeBufferPointer { body($0.baseAddress) }
    }
  }
}
