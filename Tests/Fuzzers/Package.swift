// swift-tools-version:6.2
// SPDX-License-Identifier: EUPL-1.2
// A package of its own, because all of it is built with libFuzzer. Build it with bin/fuzz, which knows the flags.
import PackageDescription

let core: Target.Dependency = .product(name: "PuenteTestKit", package: "puente")

/// One fuzz target: an executable `fuzz-NAME` over `Sources/NAME`.
func fuzz(_ name: String) -> Target {
    .executableTarget(
        name: "fuzz-" + name, dependencies: ["FuzzKit", core], path: "Sources/" + name,
        swiftSettings: [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
    name: "puente-fuzz",
    dependencies: [.package(name: "puente", path: "../..")],
    targets: [
        .target(name: "CFuzzer"),
        .target(name: "FuzzKit", dependencies: ["CFuzzer", core]),
        fuzz("xml"), fuzz("encodings"), fuzz("certificates"), fuzz("response"), fuzz("request"), fuzz("metadata"),
        fuzz("aggregates"), fuzz("lists"), fuzz("yaml"), fuzz("keys"), fuzz("forms"),
    ],
    swiftLanguageModes: [.v6]
)
