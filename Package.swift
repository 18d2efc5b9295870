// swift-tools-version:6.2
// SPDX-License-Identifier: EUPL-1.2
import PackageDescription

let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    // Not for whoever builds with a newer compiler, which may know more warnings.
    + (Context.environment["PUENTE_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// A Swift target with the house's settings; `tests` names the targets that have a test target of their own.
func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], besides files: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.init(stringLiteral: name), "PuenteTestKit"] + dependencies,
        exclude: files, swiftSettings: strict)
}

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]

let package = Package(
    name: "puente",
    products: [
        .executable(name: "puente", targets: ["puente"]),
        // What Tests/Fuzzers needs: the core, and nothing that speaks HTTP.
        .library(
            name: "PuenteTestKit",
            targets: [
                "PuenteTestKit", "Bridge", "Dialects", "Settings", "SAML", "Federation", "XMLSecurity", "YAMLText",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "CPuente", dependencies: ["CLibXML2", "CLibCrypto"], linkerSettings: [.linkedLibrary("z")]),

        .systemLibrary(name: "CXMLSec1", pkgConfig: "xmlsec1-openssl", providers: [.apt(["libxmlsec1-dev"])]),
        // The flags of pkg-config that the package manager does not take (Sources/CXMLSec1/shim.h).
        .target(
            name: "CSecondOpinion", dependencies: ["CXMLSec1", "CLibXML2", "CLibCrypto"],
            cSettings: [
                .define("__XMLSEC_FUNCTION__", to: "__func__"), .define("XMLSEC_NO_SIZE_T"),
                .define("XMLSEC_OPENSSL3_ENGINES", to: "1"), .define("XMLSEC_NO_GOST", to: "1"),
                .define("XMLSEC_NO_GOST2012", to: "1"), .define("XMLSEC_NO_CRYPTO_DYNAMIC_LOADING", to: "1"),
                .define("XMLSEC_CRYPTO_OPENSSL", to: "1"),
            ]),

        target("XMLSecurity", ["CLibXML2", "CLibCrypto", "CPuente"]),
        // PKCS#11 modules are loaded where the settings name one: nothing of them is needed to build.
        .target(name: "CPKCS11"),
        target("Tokens", ["XMLSecurity", "CPKCS11"]),
        target("SecondOpinion", ["XMLSecurity", "CSecondOpinion"]),
        target("Federation"),
        target("SAML", ["XMLSecurity", "Federation"]),
        target("YAMLText", [yams]),
        target("Settings", ["YAMLText", "Federation"]),
        target("Dialects", ["SAML", "Federation", "XMLSecurity", "YAMLText"]),
        target("Bridge", ["Dialects", "SAML", "Federation", "XMLSecurity"]),
        target(
            "Trust",
            [
                "AttributeSources", "Bridge", "Dialects", "SAML", "SecondOpinion", "Settings", "Federation", "Tokens",
                "XMLSecurity", "YAMLText", logging, grdb,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + nio),
        target(
            "AttributeSources",
            [
                "Dialects", "SAML", "Federation", "XMLSecurity", "YAMLText", grdb,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + nio),
        target("Storage", ["Federation", "XMLSecurity", "CLibCrypto"]),
        target("SQLiteStore", ["Storage", "Federation", grdb]),
        target("Incidents", ["Storage", "Federation"]),
        target(
            "Portal",
            [
                "Bridge", "Dialects", "Trust", "Storage", "SAML", "Federation", "XMLSecurity", "YAMLText", hummingbird,
                logging, .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ] + nio),
        target(
            "MockEurope",
            [
                "AttributeSources", "Dialects", "SAML", "Federation", "XMLSecurity", "YAMLText", "Portal", hummingbird,
                logging, grdb,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ] + nio),
        target(
            "Attacks",
            [
                "PuenteTestKit", "Dialects", "SAML", "Federation", "XMLSecurity", "YAMLText", grdb,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ] + nio),
        .executableTarget(
            name: "puente",
            dependencies: [
                "Attacks", "AttributeSources", "Incidents", "MockEurope", "Portal", "PuenteTestKit", "Settings",
                "Trust", "SQLiteStore", "Storage", "Bridge", "CPuente", "Dialects", "SAML", "Federation",
                "XMLSecurity", "YAMLText", hummingbird, logging,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ] + nio,
            swiftSettings: strict),
        .executableTarget(
            name: "puente-bench",
            dependencies: [
                "PuenteTestKit", "Bridge", "Dialects", "SAML", "SecondOpinion", "SQLiteStore", "Storage",
                "Federation", "XMLSecurity", "YAMLText", "CLibCrypto", "CLibXML2", "CPuente",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/Sources", swiftSettings: strict),
        .executableTarget(
            name: "puente-judge", dependencies: ["SecondOpinion", "XMLSecurity"], path: "Tests/Judge",
            swiftSettings: strict),
        .target(name: "CMemory", path: "Tests/Memory/CMemory"),
        .executableTarget(
            name: "puente-memory",
            dependencies: [
                "CMemory", "PuenteTestKit", "Bridge", "SAML", "SecondOpinion", "Storage", "Federation", "XMLSecurity",
            ],
            path: "Tests/Memory/Memory", swiftSettings: strict),
        target(
            "PuenteTestKit",
            ["SAML", "SecondOpinion", "Federation", "XMLSecurity", "Dialects", "Bridge", "Storage", "YAMLText"]),
        tests("Federation"),
        tests("XMLSecurity", ["CLibCrypto", "CLibXML2", "SAML"]),
        tests("Tokens", ["CPKCS11", "XMLSecurity"]),
        tests("SecondOpinion", ["CSecondOpinion", "CXMLSec1", "XMLSecurity"]),
        tests("SAML", ["SecondOpinion", "XMLSecurity", "Federation", "Bridge", "Dialects"], besides: ["Golden"]),
        tests("Dialects", ["SAML", "XMLSecurity", "Federation", "Bridge", "YAMLText"], besides: ["Golden"]),
        tests("Bridge", ["Dialects", "SAML", "SecondOpinion", "XMLSecurity", "Federation"]),
        .testTarget(name: "ArchitectureTests", dependencies: ["Federation", "PuenteTestKit"], swiftSettings: strict),
        tests(
            "Portal",
            [
                "Bridge", "Dialects", "Trust", "SAML", "Storage", "Federation", "XMLSecurity", "YAMLText", hummingbird,
                logging,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ] + nio,
            besides: ["Golden"]),
        tests("Attacks", ["Federation", "SAML", "XMLSecurity"]),
        tests("YAMLText"),
        tests("Settings", ["Federation", "YAMLText"]),
        tests(
            "Trust",
            [
                "Federation", "Settings", "Dialects", "SAML", "SecondOpinion", "XMLSecurity", "YAMLText", logging, grdb,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + nio),
        tests(
            "MockEurope",
            [
                "AttributeSources", "Trust", "Settings", "Dialects", "YAMLText", "SAML", "XMLSecurity", "Federation",
                hummingbird, .product(name: "HummingbirdTesting", package: "hummingbird"),
            ] + nio),
        tests(
            "AttributeSources",
            [
                "Dialects", "SAML", "Federation", "XMLSecurity", "YAMLText", grdb,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + nio),
        tests("Storage", ["SQLiteStore", "Federation", grdb]),
        tests("Incidents", ["Storage", "Federation"], besides: ["Golden"]),
    ],
    swiftLanguageModes: [.v6]
)
