public import Foundation

/// What `Infra/up` provisioned, as it writes it into `demo.json`.
public struct DemoDescription: Sendable, Decodable {
  public struct Extension: Sendable, Decodable {
    public let id: String
    /// `101`
    public let number: String
    public let name: String
    /// The number by which people outside reach it, E.164 with plus.
    public let outsideNumber: String
    public let passwordFile: String

    public func password() throws -> String {
      try String(contentsOf: URL(filePath: passwordFile), encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  /// The API's address: `http://127.0.0.1:7080`.
  public let api: String
  /// Holds the operator's key.
  public let keyFile: String
  public let reseller: String
  public let tenant: String
  public let trunk: String
  public let priceList: String
  /// The CSV from which the price list was imported.
  public let priceListFile: String
  /// The tenant's SIP domain.
  public let domain: String
  /// Where phones register: `127.0.1.1:5060`.
  public let phonesAddress: String
  /// Where they register by TLS: `127.0.1.1:5061`.
  public let securePhonesAddress: String
  /// Signed the certificate that they see there: the path of a PEM file.
  public let authority: String
  /// Where the carrier talks to us.
  public let trunksAddress: String
  /// Where the carrier stands, known by this address alone.
  public let carrierAddress: String
  public let extensions: [Extension]

  public init(file: URL) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
  }

  public subscript(extension number: String) -> Extension? {
    extensions.first { $0.number == number }
  }
}

extension DemoDescription {
  /// A phone for this extension: registers with its password.
  public func phone(
    _ number: String, address: String, tone: Int, password: String? = nil
  ) throws -> PhoneSettings {
    guard let account = self[extension: number] else { throw NoSuchExtension(number: number) }
    var settings = PhoneSettings(
      name: "phone-\(number)", address: address, tone: tone, user: number, domain: domain,
      proxy: phonesAddress, password: try password ?? account.password())
    settings.secureProxy = securePhonesAddress
    settings.authority = authority
    return settings
  }

  public struct NoSuchExtension: Error { public let number: String }

  /// A subscriber of the carrier, who stands where its switch stands: known by that address, it
  /// registers nowhere. `number` is E.164 with plus.
  public func carrier(number: String, tone: Int) -> PhoneSettings {
    let address = String(carrierAddress.prefix { $0 != ":" })
    return PhoneSettings(
      name: "carrier", address: address, tone: tone, user: number, domain: address)
  }

  /// The SIP address at which the carrier delivers a call to one of our numbers.
  public func trunkURI(_ number: String) -> String { "sip:\(number)@\(trunksAddress)" }
}
