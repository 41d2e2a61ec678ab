//! What a request may ask for: defaults, ceilings, and the limits of both stages that follow from
//! them. Pure; only compares numbers, so nothing here can overflow.

use serde::Deserialize;
use utoipa::ToSchema;
use warmbox_protocol::Limits;

const MIB: u64 = 1 << 20;

/// The limits of a request's stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageLimits {
    pub run: Limits,
    /// Wall time of the compile stage.
    pub compile_wall_ms: u64,
    /// What the compiler may use, whatever the program asked for itself.
    pub compiler: CompilerRoom,
}

/// The sizes of the compile stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompilerRoom {
    pub memory_bytes: u64,
    pub file_size_bytes: u64,
    pub disk_bytes: u64,
}

impl StageLimits {
    /// The compile stage's limits.
    pub fn compile(&self) -> Limits {
        Limits {
            wall_ms: self.compile_wall_ms,
            // one compiler is one thread: CPU time cannot usefully differ from wall time
            cpu_ms: self.compile_wall_ms,
            // A limit on the program says nothing about its compiler, and <bits/stdc++.h> alone
            // needs more than the default of a run: the compiler gets what the operator allows.
            memory_bytes: self.compiler.memory_bytes,
            file_size_bytes: self.compiler.file_size_bytes,
            disk_bytes: self.compiler.disk_bytes,
            // driver, compiler, assembler, linker and its plug-in, with room
            processes: 64,
            output_bytes: self.run.output_bytes,
            open_files: 256,
        }
    }
}

/// Defaults and ceilings, as configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitTable {
    pub defaults: StageLimits,
    pub ceilings: StageLimits,
}

impl Default for LimitTable {
    fn default() -> Self {
        let compiler = CompilerRoom {
            memory_bytes: 1024 * MIB,
            file_size_bytes: 64 * MIB,
            disk_bytes: 256 * MIB,
        };
        Self {
            defaults: StageLimits {
                run: Limits {
                    wall_ms: 10_000,
                    cpu_ms: 5_000,
                    memory_bytes: 256 * MIB,
                    processes: 64,
                    output_bytes: MIB,
                    file_size_bytes: 16 * MIB,
                    disk_bytes: 64 * MIB,
                    open_files: 256,
                },
                compile_wall_ms: 20_000,
                compiler,
            },
            ceilings: StageLimits {
                run: Limits {
                    wall_ms: 60_000,
                    cpu_ms: 30_000,
                    memory_bytes: compiler.memory_bytes,
                    processes: 256,
                    output_bytes: 16 * MIB,
                    file_size_bytes: compiler.file_size_bytes,
                    disk_bytes: compiler.disk_bytes,
                    open_files: 1024,
                },
                compile_wall_ms: 60_000,
                compiler,
            },
        }
    }
}

/// A request's optional `limits`; also the file's tables `[limits]` and `[ceilings]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = Limits)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    #[schema(minimum = 1)]
    pub wall_ms: Option<u64>,
    #[schema(minimum = 1)]
    pub cpu_ms: Option<u64>,
    #[schema(minimum = 1)]
    pub memory_bytes: Option<u64>,
    #[schema(minimum = 1)]
    pub processes: Option<u64>,
    #[schema(minimum = 1)]
    pub output_bytes: Option<u64>,
    #[schema(minimum = 1)]
    pub file_size_bytes: Option<u64>,
    #[schema(minimum = 1)]
    pub disk_bytes: Option<u64>,
    #[schema(minimum = 1)]
    pub open_files: Option<u64>,
    #[schema(minimum = 1)]
    pub compile_wall_ms: Option<u64>,
}

/// The names of all limits, in the order of the documentation.
pub(super) const FIELDS: [&str; 9] = [
    "wall_ms",
    "cpu_ms",
    "memory_bytes",
    "processes",
    "output_bytes",
    "file_size_bytes",
    "disk_bytes",
    "open_files",
    "compile_wall_ms",
];

impl Asked {
    /// What is asked for here, and elsewhere where nothing is.
    pub fn or(&self, other: &Self) -> Self {
        Self {
            wall_ms: self.wall_ms.or(other.wall_ms),
            cpu_ms: self.cpu_ms.or(other.cpu_ms),
            memory_bytes: self.memory_bytes.or(other.memory_bytes),
            processes: self.processes.or(other.processes),
            output_bytes: self.output_bytes.or(other.output_bytes),
            file_size_bytes: self.file_size_bytes.or(other.file_size_bytes),
            disk_bytes: self.disk_bytes.or(other.disk_bytes),
            open_files: self.open_files.or(other.open_files),
            compile_wall_ms: self.compile_wall_ms.or(other.compile_wall_ms),
        }
    }

    /// The field of that name.
    pub(super) fn field(&mut self, name: &str) -> Option<&mut Option<u64>> {
        Some(match name {
            "wall_ms" => &mut self.wall_ms,
            "cpu_ms" => &mut self.cpu_ms,
            "memory_bytes" => &mut self.memory_bytes,
            "processes" => &mut self.processes,
            "output_bytes" => &mut self.output_bytes,
            "file_size_bytes" => &mut self.file_size_bytes,
            "disk_bytes" => &mut self.disk_bytes,
            "open_files" => &mut self.open_files,
            "compile_wall_ms" => &mut self.compile_wall_ms,
            _ => return None,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {asked}; allowed is 1 to {ceiling}")]
pub struct LimitError {
    pub field: &'static str,
    pub asked: u64,
    pub ceiling: u64,
}

impl LimitTable {
    /// The limits of a request: its own where it asks, else the defaults.
    ///
    /// # Errors
    /// Zero, and anything above its ceiling.
    pub fn resolve(&self, asked: &Asked) -> Result<StageLimits, LimitError> {
        let (default, ceiling) = (&self.defaults, &self.ceilings);
        let pick = |field, asked: Option<u64>, default, ceiling| match asked {
            None => Ok(default),
            Some(asked) if (1..=ceiling).contains(&asked) => Ok(asked),
            Some(asked) => Err(LimitError {
                field,
                asked,
                ceiling,
            }),
        };
        macro_rules! run {
            ($($field:ident),*) => {
                Limits { $($field: pick(stringify!($field), asked.$field, default.run.$field, ceiling.run.$field)?),* }
            };
        }
        Ok(StageLimits {
            run: run!(
                wall_ms,
                cpu_ms,
                memory_bytes,
                processes,
                output_bytes,
                file_size_bytes,
                disk_bytes,
                open_files
            ),
            compile_wall_ms: pick(
                "compile_wall_ms",
                asked.compile_wall_ms,
                default.compile_wall_ms,
                ceiling.compile_wall_ms,
            )?,
            compiler: ceiling.compiler,
        })
    }
}

#[cfg(test)]
mod tests;
