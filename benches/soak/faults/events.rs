//! Server-sent events, as they come on a connection. An end that was said is told apart from one that
//! was not: the body comes in chunks (RFC 9112, section 7.1), of which the last is empty.

use super::client::{Broken, broken, line};
use serde_json::Value;
use std::io::{BufReader, ErrorKind, Read};
use std::net::TcpStream;

pub(super) struct Events(BufReader<Chunked>);

impl Events {
    /// Of an answer whose head has been read.
    pub(super) fn new(connection: BufReader<TcpStream>) -> Self {
        Self(BufReader::new(Chunked {
            connection,
            left: 0,
            is_over: false,
        }))
    }

    /// The data of the next one; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Value>, Broken> {
        let mut data = String::new();
        loop {
            let line = match line(&mut self.0) {
                Ok(line) => line,
                Err(_) if self.0.get_ref().is_over => return Ok(None),
                Err(error) => return Err(broken(error)),
            };
            match line.split_once(": ") {
                Some(("data", text)) => data.push_str(text),
                None if line.is_empty() && !data.is_empty() => {
                    let data = serde_json::from_str(&data);
                    return data.map(Some).map_err(|it| Broken::Cut(it.to_string()));
                }
                // The other fields, which the data has as well, and comments.
                _ => {}
            }
        }
    }
}

struct Chunked {
    connection: BufReader<TcpStream>,
    /// Of the chunk that is being read.
    left: usize,
    is_over: bool,
}

impl Read for Chunked {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 && !self.is_over {
            let mut size = line(&mut self.connection)?;
            // The end of the chunk before.
            if size.is_empty() {
                size = line(&mut self.connection)?;
            }
            let size = usize::from_str_radix(&size, 16);
            self.left = size.map_err(|_| ErrorKind::InvalidData)?;
            self.is_over = self.left == 0;
        }
        if self.is_over {
            return Ok(0);
        }
        let most = into.len().min(self.left);
        let read = self.connection.read(&mut into[..most])?;
        if read == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.left -= read;
        Ok(read)
    }
}
