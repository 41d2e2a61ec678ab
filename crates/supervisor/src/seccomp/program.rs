//! From rules to the kernel's filter language (classic BPF, see seccomp(2)).

use super::policy::{Answer, Check, Rule, UPPER, When};
use std::collections::BTreeMap;

// Offsets in struct seccomp_data.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const AND: u16 = (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16;
const IF_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const IF_AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
const JUMP: u16 = (libc::BPF_JMP | libc::BPF_JA) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

/// Assembles the filter. A call with no rule is answered ENOSYS, as a kernel without it would;
/// so is every call of a foreign architecture, and of x32, whose numbers no rule has.
///
/// Numbers are found by halving, not one after the other: the kernel walks the program once for
/// every call there is when it is installed, which happens in every run.
pub(super) fn assemble(rules: &[Rule], architecture: u32) -> Vec<libc::sock_filter> {
    let mut out = vec![
        op(LOAD, 0, 0, ARCHITECTURE),
        op(IF_EQUAL, 1, 0, architecture),
        op(RETURN, 0, 0, returns(Answer::NoSuchCall)),
        op(LOAD, 0, 0, NUMBER),
    ];
    halve(&spans(rules), &mut out);
    out
}

/// Numbers from `first` up to the next span's are all answered by `body`.
#[derive(Clone, Debug)]
struct Span {
    first: u32,
    body: Vec<libc::sock_filter>,
}

/// The rules as spans over all numbers; neighbours with the same body are one span.
fn spans(rules: &[Rule]) -> Vec<Span> {
    let mut bodies = BTreeMap::new();
    for rule in rules {
        for &call in rule.calls {
            bodies.insert(call as u32, body(rule));
        }
    }
    let none = || vec![op(RETURN, 0, 0, returns(Answer::NoSuchCall))];
    let mut spans = vec![Span {
        first: 0,
        body: none(),
    }];
    let mut add = |first, body: Vec<libc::sock_filter>| match spans.last_mut() {
        Some(last) if last.first == first => last.body = body,
        Some(last) if same(&last.body, &body) => {}
        _ => spans.push(Span { first, body }),
    };
    let mut next = 0;
    for (call, body) in bodies {
        if call > next {
            add(next, none());
        }
        add(call, body);
        next = call + 1;
    }
    add(next, none());
    spans
}

fn same(a: &[libc::sock_filter], b: &[libc::sock_filter]) -> bool {
    let plain = |op: &libc::sock_filter| (op.code, op.jt, op.jf, op.k);
    a.iter().map(plain).eq(b.iter().map(plain))
}

/// A decision between two halves, and so on down to single spans.
fn halve(spans: &[Span], out: &mut Vec<libc::sock_filter>) {
    match spans {
        [] => {}
        [only] => out.extend_from_slice(&only.body),
        _ => {
            let (lower, upper) = spans.split_at(spans.len() / 2);
            let mut below = Vec::new();
            halve(lower, &mut below);
            // A far jump, because a near one reaches only 255 instructions.
            out.push(op(IF_AT_LEAST, 0, 1, upper[0].first));
            out.push(op(JUMP, 0, 0, below.len() as u32));
            out.extend(below);
            halve(upper, out);
        }
    }
}

/// What happens once the number matched. Every path ends in a return.
fn body(rule: &Rule) -> Vec<libc::sock_filter> {
    let answer = op(RETURN, 0, 0, returns(rule.answer));
    let otherwise = op(RETURN, 0, 0, returns(rule.otherwise));
    match rule.when {
        When::Always => vec![answer],
        When::NoBits { argument, mask } => vec![
            op(LOAD, 0, 0, half(argument)),
            op(AND, 0, 0, mask),
            op(IF_EQUAL, 0, 1, 0),
            answer,
            otherwise,
        ],
        When::OneOf(checks) => all_found(checks, answer, otherwise),
        When::FirstOf(lists) => first_found(lists, otherwise),
    }
}

/// `found` where every check finds its argument among its values, else `missed`.
fn all_found(
    checks: &[Check],
    found: libc::sock_filter,
    missed: libc::sock_filter,
) -> Vec<libc::sock_filter> {
    let mut out = Vec::new();
    for check in checks {
        out.push(op(LOAD, 0, 0, half(check.argument)));
        for (i, &value) in check.values.iter().enumerate() {
            // Over the remaining values and the miss, to the next check.
            let rest = (check.values.len() - i) as u8;
            out.push(op(IF_EQUAL, rest, 0, value));
        }
        out.push(missed);
    }
    out.push(found);
    out
}

/// The answer of the first list in which every check finds its argument, else `missed`.
fn first_found(lists: &[(&[Check], Answer)], missed: libc::sock_filter) -> Vec<libc::sock_filter> {
    let mut out = Vec::new();
    for (checks, answer) in lists {
        let onwards = op(JUMP, 0, 0, 0);
        let mut part = all_found(checks, op(RETURN, 0, 0, returns(*answer)), onwards);
        let length = part.len();
        // A miss goes on behind this list.
        for (at, step) in part.iter_mut().enumerate() {
            if step.code == JUMP {
                step.k = (length - at - 1) as u32;
            }
        }
        out.extend(part);
    }
    out.push(missed);
    out
}

fn op(code: u16, jt: u8, jf: u8, k: u32) -> libc::sock_filter {
    libc::sock_filter { code, jt, jf, k }
}

/// Where a half of an argument lies on a little-endian machine, the low one unless told.
fn half(argument: u32) -> u32 {
    let upper = argument & UPPER != 0;
    ARGUMENTS + 8 * (argument & !UPPER) + 4 * u32::from(upper)
}

fn returns(answer: Answer) -> u32 {
    match answer {
        Answer::Allow => libc::SECCOMP_RET_ALLOW,
        Answer::TellFirst => libc::SECCOMP_RET_USER_NOTIF,
        Answer::AsIfDone => libc::SECCOMP_RET_ERRNO,
        Answer::NotPermitted => libc::SECCOMP_RET_ERRNO | libc::EPERM as u32,
        Answer::NoSuchCall => libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::super::policy::{ARCHITECTURE as HERE, RULES};
    use super::*;

    /// Runs a filter as the kernel would, on one call.
    fn judge(filter: &[libc::sock_filter], arch: u32, number: u32, args: [u64; 6]) -> u32 {
        let (mut at, mut acc) = (0, 0);
        loop {
            let op = filter[at];
            at += 1;
            match op.code {
                LOAD if op.k == NUMBER => acc = number,
                LOAD if op.k == ARCHITECTURE => acc = arch,
                LOAD => {
                    let offset = op.k - ARGUMENTS;
                    acc = (args[(offset / 8) as usize] >> (offset % 8 * 8)) as u32;
                }
                AND => acc &= op.k,
                IF_EQUAL => at += usize::from(if acc == op.k { op.jt } else { op.jf }),
                IF_AT_LEAST => at += usize::from(if acc >= op.k { op.jt } else { op.jf }),
                JUMP => at += op.k as usize,
                RETURN => return op.k,
                other => panic!("unknown instruction {other:#x}"),
            }
        }
    }

    fn here(number: libc::c_long, args: [u32; 6]) -> u32 {
        let args = args.map(u64::from);
        judge(&assemble(RULES, HERE), HERE, number as u32, args)
    }

    const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;

    #[test]
    fn ordinary_calls_pass() {
        for call in [
            libc::SYS_read,
            libc::SYS_mmap,
            libc::SYS_execve,
            libc::SYS_futex,
        ] {
            assert_eq!(here(call, [0; 6]), ALLOW, "call {call}");
        }
    }

    #[test]
    fn only_ordinary_options_and_commands_pass() {
        let option = |level, name| here(libc::SYS_setsockopt, [3, level, name, 0, 0, 0]);
        assert_ne!(option(41, 32), ALLOW, "flow labels");
        assert_eq!(option(41, 26), ALLOW, "IPv6 only");
        assert_eq!(option(1, 2), ALLOW, "reuse of addresses");
        assert_ne!(option(0, 21), ALLOW, "minimum TTL");
        for filter in [26, 50, 51, 52] {
            assert_ne!(option(1, filter), ALLOW, "option {filter}");
        }
        for command in [libc::F_NOTIFY, libc::F_SETLEASE, 1036] {
            assert_ne!(
                here(libc::SYS_fcntl, [3, command as u32, 0, 0, 0, 0]),
                ALLOW
            );
        }
        assert_eq!(here(libc::SYS_fcntl, [3, 6, 0, 0, 0, 0]), ALLOW);
    }

    #[test]
    fn only_writes_to_standard_error_and_failing_ends_are_told() {
        let write = |fd| here(libc::SYS_write, [fd, 0, 0, 0, 0, 0]);
        assert_eq!(write(1), ALLOW);
        assert_eq!(write(2), libc::SECCOMP_RET_USER_NOTIF);
        let exit = |code| here(libc::SYS_exit_group, [code, 0, 0, 0, 0, 0]);
        assert_eq!(exit(0), ALLOW);
        assert_eq!(exit(1), libc::SECCOMP_RET_USER_NOTIF);
    }

    #[test]
    fn the_limit_on_cores_can_be_read_and_not_set() {
        let filter = assemble(RULES, HERE);
        let prlimit = |pid, resource, new: u64| {
            let call = libc::SYS_prlimit64 as u32;
            judge(&filter, HERE, call, [pid, resource, new, 0, 0, 0])
        };
        let (files, core) = (u64::from(libc::RLIMIT_NOFILE), u64::from(libc::RLIMIT_CORE));
        assert_eq!(prlimit(0, files, 0x7f00_0000_1000), ALLOW);
        assert_eq!(prlimit(0, core, 0), ALLOW);
        // the second is a pointer with an empty low half
        for new in [0x1000, 1 << 32] {
            assert_ne!(prlimit(0, core, new), ALLOW);
        }
        assert_ne!(prlimit(7, files, 0), ALLOW);
        let set = |resource| here(libc::SYS_setrlimit, [resource, 0, 0, 0, 0, 0]);
        assert_eq!(set(libc::RLIMIT_NOFILE), ALLOW);
        assert_ne!(set(libc::RLIMIT_CORE), ALLOW);
    }

    #[test]
    fn calls_of_other_abis_do_not_exist() {
        let filter = assemble(RULES, HERE);
        let i386 = 0x4000_0003;
        assert_eq!(judge(&filter, i386, 4, [0; 6]), returns(Answer::NoSuchCall));
        let x32 = 0x4000_0000 | libc::SYS_read as u32;
        assert_eq!(
            judge(&filter, HERE, x32, [0; 6]),
            returns(Answer::NoSuchCall)
        );
    }

    #[test]
    fn threads_may_be_made_and_namespaces_may_not() {
        let thread = (libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND) as u32;
        assert_eq!(here(libc::SYS_clone, [thread, 0, 0, 0, 0, 0]), ALLOW);
        for flag in [
            libc::CLONE_NEWUSER,
            libc::CLONE_NEWNS,
            libc::CLONE_NEWPID,
            libc::CLONE_NEWNET,
            libc::CLONE_NEWIPC,
            libc::CLONE_NEWUTS,
            libc::CLONE_NEWCGROUP,
        ] {
            let got = here(libc::SYS_clone, [thread | flag as u32, 0, 0, 0, 0, 0]);
            assert_eq!(got, returns(Answer::NotPermitted), "flag {flag:#x}");
        }
    }

    #[test]
    fn only_local_sockets_pass() {
        let of_type = |family: i32, kind: i32, protocol: i32| {
            let args = [family as u32, kind as u32, protocol as u32, 0, 0, 0];
            here(libc::SYS_socket, args)
        };
        let socket = |family, protocol| of_type(family, libc::SOCK_STREAM, protocol);
        let flags = libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
        assert_eq!(
            of_type(libc::AF_UNIX, libc::SOCK_SEQPACKET | flags, 0),
            ALLOW
        );
        assert_eq!(of_type(libc::AF_INET, libc::SOCK_DGRAM | flags, 17), ALLOW);
        for kind in [libc::SOCK_RAW, libc::SOCK_SEQPACKET, libc::SOCK_DCCP, 10] {
            assert_ne!(of_type(libc::AF_INET, kind, 0), ALLOW, "type {kind}");
        }
        assert_eq!(socket(libc::AF_UNIX, 0), ALLOW);
        assert_eq!(socket(libc::AF_INET, libc::IPPROTO_TCP), ALLOW);
        assert_eq!(socket(libc::AF_INET6, 0), ALLOW);
        for family in [
            libc::AF_VSOCK,
            libc::AF_ALG,
            libc::AF_NETLINK,
            libc::AF_PACKET,
        ] {
            assert_ne!(socket(family, 0), ALLOW, "family {family}");
        }
        assert_ne!(socket(libc::AF_INET, libc::IPPROTO_MPTCP), ALLOW);
    }

    /// The rules' own meaning, call by call, against the assembled program.
    #[test]
    fn every_number_is_answered_as_its_rule_says() {
        let filter = assemble(RULES, HERE);
        assert!(filter.len() <= 4096, "{} instructions", filter.len());
        for number in (0..1000).chain([0x4000_0000, u32::MAX]) {
            let rule = RULES
                .iter()
                .find(|rule| rule.calls.contains(&libc::c_long::from(number)));
            let expected = match rule {
                None => vec![returns(Answer::NoSuchCall)],
                Some(rule) if matches!(rule.when, When::Always) => vec![returns(rule.answer)],
                Some(rule) => vec![returns(rule.answer), returns(rule.otherwise)],
            };
            let got = judge(&filter, HERE, number, [u64::MAX; 6]);
            assert!(expected.contains(&got), "call {number}: {got:#x}");
        }
    }

    #[test]
    fn no_call_has_two_rules_and_no_rule_lacks_a_reason() {
        let mut seen = std::collections::HashSet::new();
        for rule in RULES {
            assert!(rule.reason.len() > 10, "{rule:?}");
            for call in rule.calls {
                assert!(seen.insert(call), "call {call} is in two rules");
            }
        }
    }
}
