internal import COpenSSL

/// Takes what a session wrote into its memory BIO.
func everythingWaiting(in buffer: OpaquePointer) -> [UInt8] {
  var output: [UInt8] = []
  while true {
    let waiting = BIO_ctrl_pending(buffer)
    guard waiting > 0 else { return output }
    output += [UInt8](unsafeUninitializedCapacity: waiting) { bytes, count in
      count = max(0, Int(BIO_read(buffer, bytes.baseAddress, Int32(clamping: waiting))))
    }
  }
}
