//! What the first process of a sandbox tells the supervisor. Fixed-size and heap-free, so that
//! it can be written between fork and exec.

use crate::failure::Failure;
use crate::sys::fd;
use crate::sys::process::Used;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

/// One report. User code never holds the socket that it travels on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// The program was executed. Until then the first process had used this much CPU time.
    Started { user_us: u64, system_us: u64 },
    /// The program ended with this wait status. All that had ended by then had used this, with
    /// the first process's own, and had written so many bytes. How long it had waited for its core, if
    /// it had one.
    Ended {
        status: i32,
        used: Used,
        written: u64,
        delayed_us: Option<u64>,
    },
    /// A step failed and nothing was executed.
    Failed(Failure),
    /// The walls stand; the scratch folder's descriptor comes along.
    WallsStand,
    /// The program's filter is installed; the descriptor by which it tells comes along.
    Listening,
}

/// A step's name is a literal of this very binary on both sides of a fork, so its address
/// would do; its text is sent all the same, so that no address is ever trusted.
const STEP_BYTES: usize = 64;
const LISTENING: u8 = 3;
const WALLS_STAND: u8 = 4;
/// A kind, two numbers, and a step's name or four numbers.
const REPORT_BYTES: usize = 1 + 8 + 8 + STEP_BYTES;

impl Report {
    pub fn send(self, socket: BorrowedFd<'_>) -> io::Result<()> {
        let mut bytes = [0_u8; REPORT_BYTES];
        let (kind, a, b) = match self {
            Report::Listening => (LISTENING, 0, 0),
            Report::WallsStand => (WALLS_STAND, 0, 0),
            Report::Started { user_us, system_us } => (0, user_us, system_us),
            Report::Ended {
                status,
                used,
                written,
                delayed_us,
            } => {
                let more = [
                    used.user_us,
                    used.system_us,
                    used.largest_bytes,
                    delayed_us.unwrap_or(u64::MAX),
                ];
                for (word, number) in bytes[17..].chunks_exact_mut(8).zip(more) {
                    word.copy_from_slice(&number.to_le_bytes());
                }
                (1, status as u64, written)
            }
            Report::Failed(failure) => {
                let step = failure.step.as_bytes();
                let size = step.len().min(STEP_BYTES);
                bytes[17..17 + size].copy_from_slice(&step[..size]);
                (2, failure.errno as u64, size as u64)
            }
        };
        bytes[0] = kind;
        bytes[1..9].copy_from_slice(&a.to_le_bytes());
        bytes[9..17].copy_from_slice(&b.to_le_bytes());
        fd::write_all(socket, &bytes)
    }

    /// Sends a report that is nothing but its descriptor.
    pub fn send_with(self, socket: BorrowedFd<'_>, carried: BorrowedFd<'_>) -> io::Result<()> {
        let kind = match self {
            Report::Listening => LISTENING,
            Report::WallsStand => WALLS_STAND,
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        };
        let mut bytes = [0; REPORT_BYTES];
        bytes[0] = kind;
        fd::send_fd(socket, &bytes, carried)
    }

    /// Waits for a whole report, from a socket.
    pub fn receive(socket: BorrowedFd<'_>) -> io::Result<(Self, Option<OwnedFd>)> {
        let (kind, carried) = fd::receive_fd(socket)?;
        let mut rest = [0_u8; REPORT_BYTES - 1];
        fd::read_exact(socket, &mut rest)?;
        Ok((Self::decode(kind, &rest)?, carried))
    }

    /// Waits for a whole report, from a pipe.
    pub fn read(pipe: BorrowedFd<'_>) -> io::Result<Self> {
        let mut bytes = [0_u8; REPORT_BYTES];
        fd::read_exact(pipe, &mut bytes)?;
        Self::decode(bytes[0], &bytes[1..])
    }

    /// `rest` is all but the first byte.
    fn decode(kind: u8, rest: &[u8]) -> io::Result<Self> {
        let number = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&rest[at..at + 8]);
            u64::from_le_bytes(word)
        };
        let (a, b) = (number(0), number(8));
        match kind {
            0 => Ok(Report::Started {
                user_us: a,
                system_us: b,
            }),
            1 => Ok(Report::Ended {
                status: a as i32,
                written: b,
                used: Used {
                    user_us: number(16),
                    system_us: number(24),
                    largest_bytes: number(32),
                },
                delayed_us: Some(number(40)).filter(|us| *us != u64::MAX),
            }),
            2 => {
                let size = (b as usize).min(STEP_BYTES);
                let text = String::from_utf8_lossy(&rest[16..16 + size]).into_owned();
                Ok(Report::Failed(Failure {
                    // Failures are rare and end the runner: the leak is bounded by its life.
                    step: text.leak(),
                    errno: a as i32,
                }))
            }
            LISTENING => Ok(Report::Listening),
            WALLS_STAND => Ok(Report::WallsStand),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn reports_arrive_as_they_were_sent() {
        let (a, b) = fd::socket_pair().unwrap();
        for report in [
            Report::Started {
                user_us: 5,
                system_us: u64::MAX,
            },
            Report::Ended {
                status: 0x0b00,
                used: Used {
                    user_us: 1,
                    system_us: 2,
                    largest_bytes: 3,
                },
                written: 1 << 40,
                delayed_us: Some(7),
            },
            Report::Failed(Failure {
                step: "mount the scratch folder",
                errno: libc::EPERM,
            }),
        ] {
            report.send(a.as_fd()).unwrap();
            let (received, carried) = Report::receive(b.as_fd()).unwrap();
            assert_eq!(received, report);
            assert!(carried.is_none());
        }
        Report::Listening.send_with(a.as_fd(), a.as_fd()).unwrap();
        let (received, carried) = Report::receive(b.as_fd()).unwrap();
        assert_eq!(received, Report::Listening);
        assert!(carried.is_some());
    }
}
