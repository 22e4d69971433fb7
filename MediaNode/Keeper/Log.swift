import Glibc

/// One event, one JSON line on stderr.
func log(_ level: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
  var members = [
    ("time", timestamp()), ("level", level), ("label", "keeper"), ("message", message),
  ]
  members += fields.map { ($0.key, $0.value) }
  let body = members.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ",")
  write(2, "{\(body)}\n")
}

/// RFC 3339 in UTC with milliseconds.
private func timestamp() -> String {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  var parts = tm()
  gmtime_r(&now.tv_sec, &parts)
  func padded(_ number: some BinaryInteger, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
  let date = [
    padded(parts.tm_year + 1_900, 4), padded(parts.tm_mon + 1, 2), padded(parts.tm_mday, 2),
  ]
  let time = [padded(parts.tm_hour, 2), padded(parts.tm_min, 2), padded(parts.tm_sec, 2)]
  return date.joined(separator: "-") + "T" + time.joined(separator: ":")
    + "." + padded(now.tv_nsec / 1_000_000, 3) + "Z"
}

private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\u{0}"..<" ":
      result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

func write(_ descriptor: Int32, _ text: String) {
  _ = Glibc.write(descriptor, text, text.utf8.count)
}

/// Replaces a small file in one step, so that nobody reads half of it.
func writeFile(_ path: String, _ text: String) throws {
  let draft = "\(path).\(getpid())"
  let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard file >= 0 else {
    throw StartError("cannot write \(path): \(String(cString: strerror(errno)))")
  }
  write(file, text)
  close(file)
  guard rename(draft, path) == 0 else {
    throw StartError("cannot write \(path): \(String(cString: strerror(errno)))")
  }
}
