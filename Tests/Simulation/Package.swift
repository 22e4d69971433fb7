// swift-tools-version: 6.2
import PackageDescription

// The simulator built for speed: the main package's sources, linked, without what would bring in
// other packages, so that its tests can be built optimized in a minute. `Tests/Simulation/run` builds
// and runs it.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Linked/\(name)",
    exclude: name == "NodeContract" ? ["Wire"] : [], swiftSettings: strict)
}

let package = Package(
  name: "simulation",
  targets: [
    target("NodeContract"),
    target("CallFlows", ["NodeContract"]),
    target("SIP", ["NodeContract"]),
    target("RTP", ["NodeContract"]),
    target("Audio"),
    target("Announcements"),
    target("Digits", ["Audio", "RTP"]),
    target("CallControl", ["Announcements", "CallFlows", "Digits", "NodeContract", "SIP"]),
    .systemLibrary(
      name: "COpenSSL", path: "Linked/COpenSSL", pkgConfig: "openssl",
      providers: [.apt(["libssl-dev"])]),
    .target(name: "COpenSSLShim", dependencies: ["COpenSSL"], path: "Linked/COpenSSLShim"),
    target("TLS", ["COpenSSL", "COpenSSLShim", "NodeContract"]),
    target("Placement", ["NodeContract"]),
    target("Ownership", ["NodeContract"]),
    target("Rating", ["NodeContract"]),
    target("SeededRandom"),
    .testTarget(
      name: "FleetSimulation",
      dependencies: [
        "CallControl", "Digits", "NodeContract", "Ownership", "Placement", "Rating", "SIP",
        "SeededRandom", "TLS",
      ],
      path: "Linked/FleetSimulation", swiftSettings: strict),
    .testTarget(
      name: "CallControlTests",
      dependencies: [
        "Announcements", "CallControl", "Digits", "NodeContract", "Rating", "SIP", "SeededRandom",
        "TLS",
      ],
      path: "Linked/CallControlTests", swiftSettings: strict),
  ]
)
