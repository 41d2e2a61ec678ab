//! Who may ask: API keys and their limits, the admin token, the origins of pages. Knows nothing of
//! HTTP, and asks nobody: what it knows is read from files at start and on reload.

mod admin;
mod file;
mod keys;
mod limits;
mod new_key;
#[cfg(test)]
pub(crate) mod tests;

pub use file::KeysFileError;
pub use keys::{Key, Keys};
pub use limits::{KeyLimits, Place, RateRefused, RateState};
pub(crate) use new_key::hex;
pub use new_key::{NewKey, NewKeyError};

use crate::config::{AccessSettings, Cors};
use admin::AdminToken;
use sha2::{Digest as _, Sha256};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// A SHA-256.
pub(crate) type Digest = [u8; 32];

/// Why nobody's rights could be told.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    #[error("cannot read {what} {path}: {source}")]
    Read {
        what: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: {error}")]
    Keys { path: PathBuf, error: KeysFileError },
    #[error("{path}: the admin token {why}")]
    Admin { path: PathBuf, why: &'static str },
}

/// What a reload changed, by the names of keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reloaded {
    pub added: Vec<String>,
    pub removed: Vec<String>,
    /// Another secret, or other limits.
    pub changed: Vec<String>,
    pub warnings: Vec<String>,
}

/// The rules of the moment, shared by all who ask; a reload exchanges them for everyone at once.
#[derive(Debug, Clone)]
pub struct Access(Arc<RwLock<Arc<Rules>>>);

/// One state of the rules.
#[derive(Debug)]
pub struct Rules {
    /// `None` asks nobody for a key.
    pub keys: Option<Keys>,
    pub cors: Cors,
    /// Whether the audit line of a run holds its source code.
    pub audit_code: bool,
    admin: Option<AdminToken>,
    warnings: Vec<String>,
}

impl Access {
    /// Nobody is asked for a key, and nobody is an administrator.
    pub fn open() -> Self {
        Self::of(Rules {
            keys: None,
            cors: Cors::None,
            audit_code: false,
            admin: None,
            warnings: Vec::new(),
        })
    }

    /// Reads the files that the settings name. They are small and on disk: this blocks.
    ///
    /// # Errors
    /// A file that cannot be read or is wrong, named with the key and the field.
    pub fn load(settings: &AccessSettings) -> Result<Self, AccessError> {
        Ok(Self::of(Rules::read(settings)?))
    }

    /// Reads them again. All or nothing: with an error the old rules stay. Keys whose entry is as it
    /// was keep what they have used up and what they have running.
    ///
    /// # Errors
    /// As [`Access::load`].
    pub fn reload(&self, settings: &AccessSettings) -> Result<Reloaded, AccessError> {
        let mut rules = Rules::read(settings)?;
        let mut place = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut told = Reloaded {
            warnings: rules.warnings.clone(),
            ..Reloaded::default()
        };
        let none = Keys::default();
        let old = place.keys.as_ref().unwrap_or(&none);
        let new = rules.keys.as_ref().unwrap_or(&none);
        new.compare(old, &mut told);
        rules.keys = rules.keys.map(|keys| keys.reload(old));
        *place = Arc::new(rules);
        Ok(told)
    }

    /// The rules as they are now; a request keeps to one state of them.
    pub fn now(&self) -> Arc<Rules> {
        let rules = self.0.read().unwrap_or_else(PoisonError::into_inner);
        rules.clone()
    }

    /// What an operator should know about the files.
    pub fn warnings(&self) -> Vec<String> {
        self.now().warnings.clone()
    }

    fn of(rules: Rules) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(rules))))
    }
}

impl Rules {
    fn read(settings: &AccessSettings) -> Result<Self, AccessError> {
        let mut warnings = Vec::new();
        let admin = match &settings.admin_token_file {
            None => None,
            Some(path) => {
                let text = read("the admin token's file", path, &mut warnings)?;
                let wrong = |why| AccessError::Admin {
                    path: path.clone(),
                    why,
                };
                Some((AdminToken::from_text(&text).map_err(wrong)?, wrong))
            }
        };
        let mut keys = None;
        if let Some(path) = &settings.keys_file {
            let text = read("the keys file", path, &mut warnings)?;
            let wrong = |error| AccessError::Keys {
                path: path.clone(),
                error,
            };
            let read = Keys::from_toml(&text).map_err(wrong)?;
            if read.is_empty() {
                warnings.push(format!("{} has no [[key]]: nobody can ask", path.display()));
            }
            keys = Some(read);
        }
        let admin = match (admin, &keys) {
            (Some((token, wrong)), Some(keys)) if keys.find(token.digest()).is_some() => {
                return Err(wrong("is an API key too; take another"));
            }
            (admin, _) => admin.map(|(token, _)| token),
        };
        Ok(Self {
            keys,
            cors: settings.cors.clone(),
            audit_code: settings.audit_code,
            admin,
            warnings,
        })
    }

    /// Whether there is an administrator at all.
    pub fn has_admin(&self) -> bool {
        self.admin.is_some()
    }

    /// Whether this is the admin token.
    pub fn is_admin(&self, secret: &str) -> bool {
        let digest = digest(secret.as_bytes());
        self.admin.as_ref().is_some_and(|token| token.is(&digest))
    }

    /// Whether pages of this origin may ask.
    pub fn allows_origin(&self, origin: &[u8]) -> bool {
        match &self.cors {
            Cors::None => false,
            Cors::Any => true,
            Cors::Origins(all) => all.iter().any(|it| it.as_bytes() == origin),
        }
    }
}

fn read(
    what: &'static str,
    path: &Path,
    warnings: &mut Vec<String>,
) -> Result<String, AccessError> {
    let failed = |source| AccessError::Read {
        what,
        path: path.to_owned(),
        source,
    };
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let mode = std::fs::metadata(path)
        .map_err(failed)?
        .permissions()
        .mode()
        & 0o777;
    // Digests tell no key, but who can write here can add one; and a token can be read. A group that
    // may read is how Kubernetes gives a file to a user who is not root.
    if mode & 0o026 != 0 {
        warnings.push(format!(
            "{what} {path} is open to others than its owner (mode {mode:04o}): chmod 600 {path}",
            path = path.display()
        ));
    }
    Ok(text)
}

pub(crate) fn digest(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}
