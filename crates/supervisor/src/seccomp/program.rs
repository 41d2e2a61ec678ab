//! From rules to the kernel's filter language (classic BPF, see seccomp(2)).

use super::policy::{Answer, Rule, When};

// Offsets in struct seccomp_data.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const AND: u16 = (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16;
const IF_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

/// Assembles the filter. A call with no rule is answered ENOSYS, as a kernel without it would;
/// so is every call of a foreign architecture, and of x32, whose numbers no rule has.
pub fn assemble(rules: &[Rule], architecture: u32) -> Vec<libc::sock_filter> {
    let mut out = vec![
        op(LOAD, 0, 0, ARCHITECTURE),
        op(IF_EQUAL, 1, 0, architecture),
        op(RETURN, 0, 0, returns(Answer::NoSuchCall)),
        op(LOAD, 0, 0, NUMBER),
    ];
    for rule in rules {
        for &call in rule.calls {
            let body = body(rule);
            out.push(op(IF_EQUAL, 0, body.len() as u8, call as u32));
            out.extend(body);
        }
    }
    out.push(op(RETURN, 0, 0, returns(Answer::NoSuchCall)));
    out
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
        When::OneOf(checks) => {
            let mut out = Vec::new();
            for check in checks {
                out.push(op(LOAD, 0, 0, low_half(check.argument)));
                for (i, &value) in check.values.iter().enumerate() {
                    // Over the remaining values and the refusal, to the next check.
                    let rest = (check.values.len() - i) as u8;
                    out.push(op(IF_EQUAL, rest, 0, value));
                }
                out.push(otherwise);
            }
            out.push(answer);
            out
        }
    }
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

    #[test]
    fn every_jump_lands_inside_and_the_program_fits() {
        let filter = assemble(RULES, HERE);
        assert!(filter.len() <= 4096, "{} instructions", filter.len());
        for (at, op) in filter.iter().enumerate() {
            if op.code == IF_EQUAL {
                assert!(at + 1 + usize::from(op.jt.max(op.jf)) < filter.len());
            }
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
