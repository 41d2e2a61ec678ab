//! The library by which prepared interpreters fork themselves into sandboxes. It is built with the
//! supervisor, lies beside it, and reaches a runner with its plan.

use std::path::Path;
use warmbox_protocol::SupportFile;

const FILE: &str = "libwarmbox_prepared.so";
/// What Python looks for when it is asked for the module `_warmbox`.
const MODULE: &str = "_warmbox.so";

/// Reads it. Without it everything works, and interpreters are started anew for every run.
pub(super) fn beside(supervisor: &Path) -> Option<SupportFile> {
    let path = supervisor.with_file_name(FILE);
    match std::fs::read(&path) {
        Ok(bytes) => Some(SupportFile {
            name: MODULE.to_owned(),
            bytes,
        }),
        Err(error) => {
            tracing::warn!(
                path = %path.display(),
                %error,
                "no interpreter is prepared: every run starts its own; `make build` makes the library"
            );
            None
        }
    }
}
