// SPDX-License-Identifier: EUPL-1.2
import Federation
import Foundation
import PuenteTestKit
import XMLSecurity

extension Corpus {
    /// G04: where metadata is fetched from.
    static let addresses: [Sample] = {
        var samples = Samples()
        for address in [
            "http://knoten.example.de/metadata", "ftp://knoten.example.de/x", "file:///etc/passwd", "gopher://x/",
            "//x/y",
        ] {
            samples.alone("G04", "the source \(address)") {
                try await $0.check("source") { try $0.source("url: \"\(address)\"") }
            }
        }
        for address in [
            "https://127.0.0.1:9/m", "https://localhost:9/m", "https://10.0.0.1/m",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]:9/m", "https://[::ffff:127.0.0.1]:9/m", "https://0.0.0.0:9/m", "https://192.168.1.1/m",
            "https://[fe80::1]/m", "https://2130706433:9/m",
        ] {
            samples.alone("G04", "the source \(address)", .metadataAddressRefused) { bench in
                try await bench.withCopy { copy in
                    try copy.source("url: \"\(address)\"")
                    let result = try await copy.puente("trust", "refresh", "DE")
                    guard result.code != 0 else { return .accepted("fetched") }
                    let isNamed = result.output.contains("metadata.address-refused")
                    return .refused(how: "trust refresh", rule: isNamed ? "metadata.address-refused" : nil)
                }
            }
        }
        return samples.all
    }()

    /// G08, G09: what an operator writes, and what becomes of files.
    static let files: [Sample] = {
        var samples = Samples()
        let traps: [(String, String)] = [
            (
                "a bomb of anchors",
                "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nnodes: *c\n"
            ),
            ("an anchor that holds itself", "nodes: &a [*a]\n"), ("a key twice", "nodes: []\nnodes: []\n"),
            ("tabs", "nodes:\n\t- x\n"), ("a tag of a language", "nodes: !!python/object/apply:os.system [\"id\"]\n"),
            ("an unknown key", "nodes: []\nnode: []\n"), ("a list in the place of a map", "- nodes\n"),
            ("two documents", "nodes: []\n---\nnodes: []\n"), ("nothing", ""), ("a number for a list", "nodes: 010\n"),
            ("a byte that is no UTF-8", "nodes: \u{0}\n"),
        ]
        for (title, text) in traps {
            samples.alone("G08", title) {
                try await $0.check("trust-list.yaml") { try $0.write(text, to: "metadata/trust-list.yaml") }
            }
        }
        for (title, found, other) in [
            ("a country that is a truth value", "country: DE", "country: true"),
            ("a country that is a number", "country: DE", "country: 0o17"),
            ("Greece as GR", "country: DE", "country: GR"),
            ("a country in small letters", "country: DE", "country: de"),
            ("enabled: maybe", "enabled: true", "enabled: maybe"),
            ("a role of nobody", "role: proxy-service", "role: idp"),
            ("no pins", "pins: [", "pins: [] # "),
            ("a pin that is a path to elsewhere", "file: ../keys/country.pem", "file: ../../../../etc/passwd"),
        ] {
            samples.alone("G08", title) {
                try await $0.check("trust-list.yaml") {
                    try $0.edit("metadata/trust-list.yaml") { $0.replacing(found, with: other, maxReplacements: 1) }
                }
            }
        }
        for part in ["puente.yaml", "metadata/trust-list.yaml", "metadata/services.yaml", "metadata/sources.yaml"] {
            samples.alone("G09", "\(part) half written") {
                try await $0.check(part.split(separator: "/").last.map(String.init) ?? part) {
                    try $0.edit(part) { String($0.prefix($0.count * 2 / 3)) + "\n  \"" }
                }
            }
        }
        samples.alone("G09", "a key that everybody can read, in production") {
            try await $0.check("connector.key") { copy in
                try copy.edit("puente.yaml") { $0.replacing("production: false", with: "production: true") }
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o644], ofItemAtPath: copy.file("keys/connector.key").path)
            }
        }
        samples.alone("G09", "half a key") {
            try await $0.check("connector.key") {
                try $0.edit("keys/connector.key") { String($0.prefix($0.count / 2)) }
            }
        }
        samples.alone("G09", "half a certificate") {
            try await $0.check("PEM without its last line") {
                try $0.edit("keys/country.pem") { String($0.prefix($0.count / 2)) }
            }
        }
        samples.alone("G09", "half a document of metadata") {
            try await $0.check("de.xml") { try $0.edit("metadata/de.xml") { String($0.prefix($0.count / 2)) } }
        }
        return samples.all
    }()
}

extension Workbench {
    /// Gives the node abroad another source.
    func source(_ text: String) throws {
        try edit("metadata/trust-list.yaml") { $0.replacing("source: {file: de.xml}", with: "source: {\(text)}") }
    }
}
