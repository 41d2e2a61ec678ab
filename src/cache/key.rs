//! The name of a compiled program: a hash of everything that decides what comes of a compile
//! stage. Pure. It is computed here from the request and from what the server itself knows of
//! the toolchain; nothing of it comes from a sandbox.

use crate::language::Language;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use warmbox_protocol::{BUILD_ID, Collect, InputFile, Limits, RunSpec};

/// Raised when what is hashed, or what is kept under it, changes its meaning.
const FORMAT: u64 = 1;

/// What compiles, as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// As the engine tells it; see [`Engine::toolchain`](crate::engine::Engine::toolchain).
    pub identity: String,
    /// The first line of what it says of its version.
    pub version: String,
}

/// SHA-256 over all parts, each with its length in front, each list with its number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key([u8; 32]);

impl Key {
    /// Names what `compile`, the whole of what the compiling sandbox is given, comes to.
    ///
    /// Both structs are taken apart field by field, so that a new field is a decision to be made
    /// here. Left out are the names of run and request, which no program sees, and the limits
    /// that a request sets for itself: what was compiled under others is only used where it
    /// would have passed these as well (see [`Cost`](super::Cost)).
    pub fn of(compile: &RunSpec, language: &Language, toolchain: &Toolchain) -> Self {
        let RunSpec {
            run: _,
            request: _,
            argv,
            prepared,
            env,
            files,
            stdin,
            stdin_open,
            limits,
            stop_at_output_limit,
            collect,
            // Nobody follows a compiler, and it has no terminal.
            following: _,
            terminal: _,
            core: _,
        } = compile;
        let Limits {
            wall_ms: _,
            cpu_ms: _,
            output_bytes: _,
            memory_bytes,
            processes,
            file_size_bytes,
            disk_bytes,
            open_files,
        } = limits;
        let Collect {
            paths,
            image_endings,
            max_files,
            max_bytes,
            // Of runs, not of compilers.
            globs: _,
            max_outputs: _,
            max_output_bytes: _,
        } = collect;
        let mut parts = Parts(Sha256::new());
        parts.number(FORMAT);
        // Another build may wall its compiler in otherwise, or read its answer otherwise.
        parts.text(env!("CARGO_PKG_VERSION"));
        parts.text(BUILD_ID);
        parts.text(std::env::consts::ARCH);
        parts.text(&toolchain.identity);
        parts.text(&toolchain.version);
        parts.text(&language.name);
        // A derived Debug text names every field, those too that are added later.
        parts.text(&format!("{:?}", language.compile));
        parts.number(language.support.len() as u64);
        for file in &language.support {
            parts.text(&file.name);
            parts.bytes(&file.bytes);
        }
        parts.texts(argv);
        parts.number(env.len() as u64);
        for (name, value) in env {
            parts.text(name);
            parts.text(value);
        }
        parts.number(files.len() as u64);
        for InputFile {
            path,
            bytes,
            executable,
        } in files
        {
            parts.text(path);
            parts.bytes(bytes);
            parts.number(u64::from(*executable));
        }
        parts.bytes(stdin);
        parts.text(&format!("{prepared:?}"));
        for flag in [*stdin_open, *stop_at_output_limit] {
            parts.number(u64::from(flag));
        }
        for limit in [
            memory_bytes,
            processes,
            file_size_bytes,
            disk_bytes,
            open_files,
        ] {
            parts.number(*limit);
        }
        parts.texts(paths);
        parts.texts(image_endings);
        parts.number(u64::from(*max_files));
        parts.number(*max_bytes);
        Self(parts.0.finalize().into())
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// In hexadecimal: 64 characters.
    pub fn hex(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// Hexadecimal as in the names of files; no part of a program can be told from it.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.hex())
    }
}

struct Parts(Sha256);

impl Parts {
    fn number(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn texts(&mut self, texts: &[String]) {
        self.number(texts.len() as u64);
        for text in texts {
            self.text(text);
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
