//! From rules to the kernel's filter language (classic BPF, see seccomp(2)).

use super::policy::{Answer, Check, Rule, When};
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
            op(LOAD, 0, 0, low_half(argument)),
            op(AND, 0, 0, mask),
            op(IF_EQUAL, 0, 1, 0),
            answer,
            otherwise,
        ],
        When::OneOf(checks) => all_found(checks, answer, otherwise),
        When::NotAll(checks) => all_found(checks, otherwise, answer),
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
        out.push(op(LOAD, 0, 0, low_half(check.argument)));
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

fn op(code: u16, jt: u8, jf: u8, k: u32) -> libc::sock_filter {
    libc::sock_filter { code, jt, jf, k }
}

/// The kernel reads arguments of these types as 32 bits, so the low half is the whole value.
fn low_half(argument: u32) -> u32 {
    ARGUMENTS + 8 * argument
}

fn returns(answer: Answer) -> u32 {
    match answer {
        Answer::Allow => libc::SECCOMP_RET_ALLOW,
        Answer::TellFirst => libc::SECCOMP_RET_USER_NOTIF,
        Answer::NotPermitted => libc::SECCOMP_RET_ERRNO | libc::EPERM as u32,
        Answer::NoSuchCall => libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::super::policy::{ARCHITECTURE as HERE, RULES};
    use super::*;

    /// Runs a filter as the kernel would, on one call.
    fn judge(filter: &[libc::sock_filter], arch: u32, number: u32, args: [u32; 6]) -> u32 {
        let (mut at, mut acc) = (0, 0);
        loop {
            let op = filter[at];
            at += 1;
            match op.code {
                LOAD if op.k == NUMBER => acc = number,
                LOAD if op.k == ARCHITECTURE => acc = arch,
                LOAD => acc = args[((op.k - ARGUMENTS) / 8) as usize],
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
    fn one_option_of_one_level_is_refused() {
        let option = |level, name| here(libc::SYS_setsockopt, [3, level, name, 0, 0, 0]);
        assert_ne!(option(41, 32), ALLOW);
        assert_eq!(option(41, 26), ALLOW);
        assert_eq!(option(1, 32), ALLOW);
        assert_ne!(here(libc::SYS_fcntl, [3, 1026, 0, 0, 0, 0]), ALLOW);
        assert_eq!(here(libc::SYS_fcntl, [3, 6, 0, 0, 0, 0]), ALLOW);
    }

    #[test]
    fn only_writes_to_standard_error_are_told() {
        let write = |fd| here(libc::SYS_write, [fd, 0, 0, 0, 0, 0]);
        assert_eq!(write(1), ALLOW);
        assert_eq!(write(2), libc::SECCOMP_RET_USER_NOTIF);
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
        let socket = |family: i32, protocol: i32| {
            here(
                libc::SYS_socket,
                [family as u32, 1, protocol as u32, 0, 0, 0],
            )
        };
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
            let got = judge(&filter, HERE, number, [u32::MAX; 6]);
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
