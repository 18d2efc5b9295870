// SPDX-License-Identifier: EUPL-1.2
public import Foundation

/// A file of `Docs/schema`, and documents made from it, to compare it with the reader of the same file.
public struct SchemaUnderTest {
    private typealias Object = [String: Any]

    public static let unknownKey = "zz-unknown"
    /// The root of the repository.
    public static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private let root: [String: Any]

    /// The same with what `$ref` names in its place: `#/definitions/NAME`.
    private static func resolving(_ value: Any, _ definitions: Object) -> Any {
        if let list = value as? [Any] { return list.map { resolving($0, definitions) } }
        guard var object = value as? Object else { return value }
        if let name = (object["$ref"] as? String)?.split(separator: "/").last {
            let named = definitions[String(name)] as? Object ?? [:]
            object = named.merging(object) { $1 }
            object["$ref"] = nil
        }
        object["definitions"] = nil
        return object.mapValues { resolving($0, definitions) }
    }

    /// - Parameter name: such as `puente`.
    public init(_ name: String) throws {
        let url = Self.repository.appendingPathComponent("Docs/schema/\(name).json")
        let whole = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? Object ?? [:]
        root = Self.resolving(whole, whole["definitions"] as? Object ?? [:]) as? Object ?? [:]
    }

    /// The keys of every closed map by the path of its ``unknownKey``, sorted, as a reader's fault would list them.
    public var keys: [String: [String]] {
        var keys: [String: [String]] = [:]
        Self.visit(root, at: "") { path, schema in
            keys[Self.join(path, Self.unknownKey)] = (schema["properties"] as? Object ?? [:]).keys.sorted()
        }
        return keys
    }

    /// The keys without a description, by path.
    public var undescribed: [String] {
        var paths: [String] = []
        Self.visit(root, at: "") { path, schema in
            for (key, value) in schema["properties"] as? Object ?? [:]
            where ((value as? Object)?["description"] as? String ?? "").isEmpty {
                paths.append(Self.join(path, key))
            }
        }
        return paths
    }

    /// The paths that an empty document lacks, where a list has one empty member.
    public var required: Set<String> { Self.required(root, at: "") }

    /// JSON with every key, and ``unknownKey`` in each closed map. Only keys are sound in it.
    public func documentWithEveryKey() throws -> String { try Self.text(Self.sample(root)) }

    /// JSON in which every key that has a default, and is not in `base`, is written with it.
    public func documentWithDefaults(over base: String) throws -> String {
        try Self.text(Self.filled(JSONSerialization.jsonObject(with: Data(base.utf8)), root))
    }

    /// Whether an editor takes a text at a path of keys, as far as its pattern and least length go.
    public func takes(_ text: String, at path: String) throws -> Bool {
        var schema = root
        for key in path.split(separator: ".") {
            schema = (schema["properties"] as? Object)?[String(key)] as? Object ?? [:]
        }
        guard let pattern = schema["pattern"] as? String else { throw CocoaError(.keyValueValidation) }
        let expression = try NSRegularExpression(pattern: pattern)
        let isMatch = expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
        return isMatch && text.count >= schema["minLength"] as? Int ?? 0
    }

    private static func visit(_ schema: Object, at path: String, _ body: (String, Object) -> Void) {
        for alternative in schema["anyOf"] as? [Object] ?? [] { visit(alternative, at: path, body) }
        if let items = schema["items"] as? Object { visit(items, at: path + "[0]", body) }
        guard let properties = schema["properties"] as? Object else { return }
        body(path, schema)
        for (key, value) in properties { visit(value as? Object ?? [:], at: join(path, key), body) }
    }

    private static func required(_ schema: Object, at path: String) -> Set<String> {
        if let items = schema["items"] as? Object, items["required"] != nil { return required(items, at: path + "[0]") }
        // Where there is a choice, the first; a document that may do without one of several keys lacks all when it is empty.
        let choices = (schema["allOf"] as? [Object] ?? []).compactMap { ($0["oneOf"] as? [Object])?.first }
        let alternatives = schema["anyOf"] as? [Object] ?? []
        let keys = ([schema] + choices + alternatives).flatMap { $0["required"] as? [String] ?? [] }
        guard !keys.isEmpty, let properties = schema["properties"] as? Object else { return [path] }
        return Set(keys.flatMap { required(properties[$0] as? Object ?? [:], at: join(path, $0)) })
    }

    private static func sample(_ schema: Object) -> Any {
        if let properties = schema["properties"] as? Object {
            return properties.mapValues { sample($0 as? Object ?? [:]) }.merging([unknownKey: "x"]) { $1 }
        }
        if let alternatives = schema["anyOf"] as? [Object], let last = alternatives.last { return sample(last) }
        if let items = schema["items"] as? Object { return [sample(items)] }
        return schema["additionalProperties"] is Object ? ["es": "x"] : "x"
    }

    private static func filled(_ value: Any, _ schema: Object) -> Any {
        if let items = schema["items"] as? Object, let list = value as? [Any] { return list.map { filled($0, items) } }
        guard var map = value as? Object, let properties = schema["properties"] as? Object else { return value }
        for (key, property) in properties {
            guard let property = property as? Object else { continue }
            if let value = map[key] {
                map[key] = filled(value, property)
            } else if let value = property["default"] {
                map[key] = value
            }
        }
        return map
    }

    private static func text(_ value: Any) throws -> String {
        let data = try JSONSerialization.data(withJSONObject: value, options: [.withoutEscapingSlashes, .sortedKeys])
        return String(decoding: data, as: UTF8.self)
    }

    private static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
