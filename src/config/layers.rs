//! One setting looked up in flags, environment and file, and refused with its name, its source
//! and what is allowed.

use super::settings::{Settings, Text};
use super::units;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration file {path}: {source}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: {text}")]
    File { path: PathBuf, text: String },
    #[error("{name}: {value:?} (from {source_name}) is not {expected}")]
    Value {
        name: String,
        value: String,
        source_name: String,
        expected: String,
    },
}

/// The file's settings and where they came from.
#[derive(Debug, Default)]
pub(super) struct FileSettings {
    pub(super) path: PathBuf,
    pub(super) settings: Settings,
}

/// Reads the file that was named, or `./warmbox.toml` where that exists.
pub(super) fn read_file(named: Option<&Path>) -> Result<FileSettings, ConfigError> {
    let path = named.unwrap_or(Path::new("warmbox.toml")).to_path_buf();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(FileSettings::default());
        }
        Err(source) => return Err(ConfigError::Read { path, source }),
    };
    parse_file(path, &text)
}

pub(super) fn parse_file(path: PathBuf, text: &str) -> Result<FileSettings, ConfigError> {
    match toml::from_str(text) {
        Ok(settings) => Ok(FileSettings { path, settings }),
        Err(error) => Err(ConfigError::File {
            path,
            text: error.to_string().trim_end().to_owned(),
        }),
    }
}

/// The layers above the defaults.
pub(super) struct Layers<'a> {
    pub(super) given: &'a Settings,
    pub(super) file: &'a FileSettings,
}

type Field = fn(&Settings) -> &Option<Text>;

impl Layers<'_> {
    /// The value of the highest layer that has one, read by `parse`.
    pub(super) fn read<T>(
        &self,
        name: &str,
        field: Field,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let (text, in_file) = match (field(self.given), field(&self.file.settings)) {
            (Some(text), _) => (text, false),
            (None, Some(text)) => (text, true),
            (None, None) => return Ok(None),
        };
        match parse(&text.0) {
            Some(value) => Ok(Some(value)),
            None => Err(ConfigError::Value {
                name: name.to_owned(),
                value: text.0.clone(),
                source_name: if in_file {
                    self.file.path.display().to_string()
                } else {
                    given_name(name, &text.0)
                },
                expected: expected.to_owned(),
            }),
        }
    }

    pub(super) fn number<T>(
        &self,
        name: &str,
        field: Field,
        range: RangeInclusive<T>,
    ) -> Result<Option<T>, ConfigError>
    where
        T: FromStr + PartialOrd + Display,
    {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.read(name, field, &expected, |text| {
            text.trim().parse().ok().filter(|n| range.contains(n))
        })
    }

    pub(super) fn size(
        &self,
        name: &str,
        field: Field,
        max: usize,
    ) -> Result<Option<usize>, ConfigError> {
        let expected = format!("a size from 1 to {max} bytes, such as 1048576 or 1MiB");
        self.read(name, field, &expected, |text| {
            let size = usize::try_from(units::bytes(text)?).ok()?;
            (1..=max).contains(&size).then_some(size)
        })
    }

    pub(super) fn duration(
        &self,
        name: &str,
        field: Field,
        range: RangeInclusive<Duration>,
    ) -> Result<Option<Duration>, ConfigError> {
        let expected = format!(
            "a time from {:?} to {} s, such as 30 (seconds), 500ms, 2m or 1h",
            range.start(),
            range.end().as_secs()
        );
        self.read(name, field, &expected, |text| {
            units::duration(text).filter(|time| range.contains(time))
        })
    }

    pub(super) fn flag(&self, name: &str, field: Field) -> Result<Option<bool>, ConfigError> {
        self.read(name, field, "true or false", |text| {
            match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Some(true),
                "false" | "0" | "no" | "off" => Some(false),
                _ => None,
            }
        })
    }

    pub(super) fn choice<T: Copy>(
        &self,
        name: &str,
        field: Field,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, ConfigError> {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        self.read(
            name,
            field,
            &format!("one of {}", names.join(", ")),
            |text| {
                choices
                    .iter()
                    .find(|(name, _)| *name == text)
                    .map(|(_, value)| *value)
            },
        )
    }

    /// A path, or nothing for an empty one, which is not the folder that the server works in.
    pub(super) fn folder(
        &self,
        name: &str,
        field: Field,
    ) -> Result<Option<Option<PathBuf>>, ConfigError> {
        self.read(name, field, "a path, or '' for none", |text| {
            match text.trim() {
                "" => Some(None),
                text => std::path::absolute(text).ok().map(Some),
            }
        })
    }

    /// Absolute, because supervisors work in another folder than the server.
    pub(super) fn path(&self, name: &str, field: Field) -> Result<Option<PathBuf>, ConfigError> {
        self.read(name, field, "a path", |text| std::path::absolute(text).ok())
    }
}

/// Flag or environment: clap has merged them, the environment still tells which it was.
pub(super) fn given_name(name: &str, value: &str) -> String {
    let variable = match name {
        "shutdown_timeout" => "SHUTDOWN_TIMEOUT".to_owned(),
        "fail_safe" => "ENABLE_FAIL_SAFE".to_owned(),
        "docker_host" => "DOCKER_HOST".to_owned(),
        "limit" | "ceiling" | "image" => format!("WARMBOX_{}S", name.to_uppercase()),
        _ => format!("WARMBOX_{}", name.to_uppercase()),
    };
    match std::env::var(&variable) {
        Ok(set) if set.contains(value) => variable,
        _ => format!("--{}", name.replace('_', "-")),
    }
}
