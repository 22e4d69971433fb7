// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the fuzzer's instrumentation never touches the main build. The
// sources are the main package's, linked, without what would bring in other packages: a build from
// nothing takes seconds. `Tests/Fuzz/run` builds and runs it.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "fuzz",
  targets: [
    .target(
      name: "NodeContract", path: "Linked/NodeContract", exclude: ["Wire"], swiftSettings: strict),
    .target(
      name: "SIP", dependencies: ["NodeContract"], path: "Linked/SIP", swiftSettings: strict),
    .systemLibrary(
      name: "CLibOSIP2", path: "Linked/CLibOSIP2", pkgConfig: "libosip2",
      providers: [.apt(["libosip2-dev"])]),
    .target(name: "CLibOSIP2Shim", dependencies: ["CLibOSIP2"], path: "Linked/CLibOSIP2Shim"),
    .target(
      name: "OSIP", dependencies: ["CLibOSIP2", "CLibOSIP2Shim", "NodeContract", "SIP"],
      path: "Linked/OSIP", swiftSettings: strict),
    .target(
      name: "RTP", dependencies: ["NodeContract"], path: "Linked/RTP", swiftSettings: strict),
    .systemLibrary(
      name: "COpenSSL", path: "Linked/COpenSSL", pkgConfig: "openssl",
      providers: [.apt(["libssl-dev"])]),
    .target(name: "COpenSSLShim", dependencies: ["COpenSSL"], path: "Linked/COpenSSLShim"),
    .target(
      name: "TLS", dependencies: ["COpenSSL", "COpenSSLShim", "NodeContract"], path: "Linked/TLS",
      swiftSettings: strict),
    // The fuzzer brings the main function.
    .executableTarget(
      name: "Fuzz", dependencies: ["NodeContract", "OSIP", "RTP", "SIP", "TLS"], path: "Fuzz",
      swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]),
  ]
)
