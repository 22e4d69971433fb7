public import Tenancy

/// A price list as a CSV file (RFC 4180) with the columns `prefix`, `description`, `per_minute`,
/// `connection`, `initial` and `increment`, named by its first line in any order. The last three
/// may be missing: no connection charge, seconds.
public enum RateSheet {
  public static func parse(_ bytes: [UInt8]) throws(InvalidField) -> [NewRate] {
    let records = try CSV.records(bytes)
    guard let header = records.first else { throw InvalidField("csv", .empty) }
    let columns = try Columns(header.map { $0.lowercased() })
    var rates: [NewRate] = []
    rates.reserveCapacity(records.count - 1)
    for (index, record) in records.dropFirst().enumerated() {
      rates.append(try columns.rate(record, number: index + 1))
    }
    return rates
  }

  private struct Columns {
    let count: Int
    let prefix: Int
    let description: Int
    let perMinute: Int
    let connection: Int?
    let initial: Int?
    let increment: Int?

    init(_ header: [String]) throws(InvalidField) {
      func column(_ name: String) throws(InvalidField) -> Int {
        guard let column = header.firstIndex(of: name) else {
          throw InvalidField("csv", .malformed(expected: "a CSV file with a column \(name)"))
        }
        return column
      }
      count = header.count
      prefix = try column("prefix")
      description = try column("description")
      perMinute = try column("per_minute")
      connection = header.firstIndex(of: "connection")
      initial = header.firstIndex(of: "initial")
      increment = header.firstIndex(of: "increment")
    }

    func rate(_ record: [String], number: Int) throws(InvalidField) -> NewRate {
      guard record.count == count else {
        throw InvalidField("rates.\(number)", .malformed(expected: "\(count) columns"))
      }
      func seconds(_ column: Int?, _ name: String) throws(InvalidField) -> Int {
        guard let column, !record[column].isEmpty else { return 1 }
        guard let seconds = Int(record[column]) else {
          throw InvalidField("rates.\(number).\(name)", .malformed(expected: "whole seconds"))
        }
        return seconds
      }
      let connection = connection.map { record[$0] } ?? ""
      return NewRate(
        prefix: record[prefix], description: record[description], perMinute: record[perMinute],
        connection: connection.isEmpty ? "0" : connection,
        initial: try seconds(initial, "initial"), increment: try seconds(increment, "increment"))
    }
  }
}

/// RFC 4180: commas, lines, and fields in quotes that double their own.
enum CSV {
  private enum State { case start, plain, quoted, quoteInQuoted }

  /// The records of a file, without empty lines.
  static func records(_ bytes: [UInt8]) throws(InvalidField) -> [[String]] {
    var reader = Reader()
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.starts(with: byteOrderMark) ? bytes[3...] : bytes[...]
    for byte in text { try reader.read(byte) }
    return try reader.finish()
  }

  private struct Reader {
    var records: [[String]] = []
    var record: [String] = []
    var field: [UInt8] = []
    var state = State.start

    mutating func read(_ byte: UInt8) throws(InvalidField) {
      switch (state, byte) {
      case (.quoted, UInt8(ascii: "\"")): state = .quoteInQuoted
      case (.quoted, _): field.append(byte)
      case (.quoteInQuoted, UInt8(ascii: "\"")):
        field.append(byte)
        state = .quoted
      case (_, UInt8(ascii: ",")): endField()
      case (_, UInt8(ascii: "\n")): endRecord()
      case (_, UInt8(ascii: "\r")): break
      case (.start, UInt8(ascii: "\"")): state = .quoted
      case (.start, _), (.plain, _):
        field.append(byte)
        state = .plain
      case (.quoteInQuoted, _): throw malformed
      }
    }

    var malformed: InvalidField {
      InvalidField(
        "rates.\(records.count)", .malformed(expected: "fields with their quotes closed"))
    }

    mutating func endField() {
      record.append(String(decoding: field, as: UTF8.self))
      field = []
      state = .start
    }

    mutating func endRecord() {
      endField()
      if record != [""] { records.append(record) }
      record = []
    }

    mutating func finish() throws(InvalidField) -> [[String]] {
      guard state != .quoted else { throw malformed }
      endRecord()
      return records
    }
  }
}
