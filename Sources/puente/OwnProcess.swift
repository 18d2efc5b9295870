// SPDX-License-Identifier: EUPL-1.2
import CPuente
import Foundation
import Settings
import YAMLText

/// What this process may do, and what others may do with it.
enum OwnProcess {
    /// For a process that holds keys and names: no core file, no debugger of the same user, no privileges to be gained,
    /// as many open files as the system lets it have.
    static func seal() throws {
        let fault = cpuente_seal_process()
        guard fault == 0 else { throw failure("The process cannot be sealed: \(String(cString: strerror(fault))).") }
        // A file that may not grow is an error for whoever writes it, and no reason to die.
        signal(SIGXFSZ, SIG_IGN)
        var files = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 else { return }
        files.rlim_cur = files.rlim_max
        // Where that is refused, the old number stays, and what needs more than it says so.
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    }

    /// Becomes that user, with its groups, for good.
    static func become(_ name: String) throws {
        guard let entry = getpwnam(name) else { throw failure("--user: there is no user \(name).") }
        let (user, group) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
        guard user != 0 else { throw failure("--user: \(name) is root itself.") }
        guard geteuid() == 0 else {
            guard geteuid() == user else { throw failure("--user: only root can become \(name).") }
            return
        }
        // In this order: whoever is not root any more cannot change the groups. libc does it for all threads.
        guard initgroups(name, group) == 0, setgid(group) == 0, setuid(user) == 0, setuid(0) != 0 else {
            throw failure("--user: cannot become \(name): \(String(cString: strerror(errno))).")
        }
    }

    /// In production nothing runs as root that strangers talk to.
    static func refuseRoot(_ settings: Settings, file: String) throws {
        guard settings.isProduction, geteuid() == 0 else { return }
        let fault = Fault(
            file: file, expected: "to be started by a user of its own, because production is true", found: "root",
            advice: "Start it with --user puente, or by the unit of Docs/examples/puente.service.")
        throw Configuration.report([fault])
    }
}
