// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Settings
import Synchronization
import YAMLText

extension TrustDirectory {
    /// What the operator's files look like from outside, our keys among them, by path, and the version in force under an
    /// empty one: another value means that something was edited, or decided.
    public func stamp() -> [String: String] {
        let registry = state.withLock { $0.files.registry }
        let sources =
            registry.nodes.map(\.source) + registry.lists.map(\.source) + registry.revocations.map(\.source)
        let named = sources.compactMap { if case .file(let path) = $0 { path } else { nil } }
        let lists = settings.trustLists.flatMap(Self.watched)
        let files = lists + settings.services + [settings.mappings.eidas, settings.mappings.clave2] + named
        let attributeSources = settings.proxyService?.attributeSources.map { [$0] } ?? []
        // A store that is busy is no change.
        let version = (try? archive.inForce().number) ?? self.version
        var stamp = Dictionary(
            (files + attributeSources + settings.keyFiles).map { ($0, Self.look(at: $0)) }
        ) { first, _ in first }
        stamp[""] = "\(version)"
        return stamp
    }

    /// A pattern stands for whatever lies in its folder.
    private static func watched(_ path: String) -> [String] {
        guard path.contains(where: { "*?[".contains($0) }) else { return [path] }
        let folder = (path as NSString).deletingLastPathComponent
        // A folder that is gone has nothing to watch.
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).map { folder + "/" + $0 }
    }

    private static func look(at path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "none" }
        return "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
}

extension Settings {
    /// Rings and files of our own keys, those that are read. What is in a token shows no change.
    fileprivate var keyFiles: [String] {
        KeyPurpose.allCases.compactMap(keys).flatMap { keys in
            switch keys {
            case .one(let place, let certificate): place.files + [certificate].compactMap(\.self)
            case .ring(let path):
                [path]
                    + (KeyRing.read(
                        path: path, isProduction: false, rules: SettingsRules(checksFiles: false), into: Faults())?
                    .entries ?? [])
                    .filter { $0.state != .gone }.flatMap { $0.key.files + [$0.certificate].compactMap(\.self) }
            }
        }
    }
}

extension Settings.KeyPlace {
    fileprivate var files: [String] { if case .pkcs11 = self { [] } else { [file] } }
}
