// SPDX-License-Identifier: EUPL-1.2
import Foundation
import Settings
import XMLSecurity

/// Hands alarms to the machine's own mail program, as a message on its standard input (`sendmail -t -i`).
struct Sendmail: AlarmChannel {
    let name = "mail"
    let settings: Settings.Trust.Mail
    let seconds: Double

    init(_ settings: Settings.Trust.Mail, seconds: Double = 60) {
        self.settings = settings
        self.seconds = seconds
    }

    func tell(_ bulletin: AlarmBulletin) async throws {
        let message = message(bulletin)
        try await inBackground { try run(Data(message.utf8)) }
    }

    /// RFC 5322, and MIME for what is not ASCII. Nothing in a value can end its line, and Base64 keeps the text as it is on
    /// every way.
    func message(_ bulletin: AlarmBulletin) -> String {
        let body = Data(bulletin.text.utf8).base64EncodedString(options: [
            .lineLength76Characters, .endLineWithLineFeed,
        ])
        let identifier = DigestAlgorithm.sha256.hash(Array(body.utf8)).hexadecimal.prefix(32)
        let fields: KeyValuePairs<String, String> = [
            "From": settings.from, "To": settings.to.joined(separator: ", "), "Subject": bulletin.subject,
            "Date": Self.date(bulletin.at), "Message-ID": "<\(identifier)@\(bulletin.host)>",
            "Auto-Submitted": "auto-generated", "MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8",
            "Content-Transfer-Encoding": "base64",
        ]
        return fields.map { "\($0.key): \($0.value.inOneLine)\n" }.joined() + "\n" + body + "\n"
    }

    private static func date(_ instant: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, d MMM yyyy HH:mm:ss Z"
        return formatter.string(from: instant)
    }

    /// From a file without a name: a program that ends early cannot hurt us, as one that closes a pipe could.
    private func run(_ message: Data) throws {
        guard let file = tmpfile() else { throw AlarmFault(description: "no temporary file can be made") }
        defer { fclose(file) }
        let input = FileHandle(fileDescriptor: fileno(file), closeOnDealloc: false)
        try input.write(contentsOf: message)
        try input.seek(toOffset: 0)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: settings.sendmail)
        process.arguments = ["-t", "-i"]
        // Our own environment may hold secrets.
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"]
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        do { try process.run() } catch { throw AlarmFault(description: "\(settings.sendmail) cannot be run") }
        guard ended.wait(timeout: .now() + seconds) == .success else {
            kill(process.processIdentifier, SIGKILL)
            throw AlarmFault(description: "\(settings.sendmail) did not end within \(Int(seconds)) seconds")
        }
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw AlarmFault(description: "\(settings.sendmail) ended with code \(process.terminationStatus)")
        }
    }
}

extension String {
    /// Printable ASCII alone.
    fileprivate var inOneLine: String {
        String(unicodeScalars.filter { (0x20..<0x7F).contains($0.value) }.map(Character.init))
    }
}
