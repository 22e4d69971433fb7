import Audio
import NodeContract
import Operations
import Persistence
@_spi(Authorization) import Tenancy

/// A second of a tone, as a file that somebody uploads.
enum AudibleSound {
  static func wav(seconds: Double = 1, frequency: Double = 700) -> [UInt8] {
    var tone = ToneGenerator(frequencies: [frequency])
    return WAVFile(sampleRate: 8_000, channels: [tone.samples(Int(seconds * 8_000))]).encoded()
  }

  static func commit(
    named name: String, of tenant: TenantID, to store: Store, seconds: Double = 1
  ) async throws -> SoundID {
    try await TenantSoundOperations(store).add(
      wav(seconds: seconds), named: name, of: tenant, in: .platform
    ).id
  }
}
