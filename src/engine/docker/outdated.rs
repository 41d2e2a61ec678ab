//! Runner images of earlier supervisors and earlier toolchains: each is a layer of some megabytes,
//! and each build of the server, or of an image, would leave one behind.

use super::daemon::{Daemon, DockerError, call};
use super::image::{BUILD, runner_repository};
use bollard::query_parameters::{ListImagesOptionsBuilder, RemoveImageOptionsBuilder};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

/// The newest of each language stay: another server may start from one of them.
const KEPT: usize = 4;
const LIST: Duration = Duration::from_secs(10);
const REMOVE: Duration = Duration::from_secs(30);

/// Removes those that nobody uses, but the newest. That it could not is told, and changes nothing.
pub(super) async fn remove(daemon: &Daemon, language: &str) {
    match try_remove(daemon, language).await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(language, removed, "removed runner images of earlier builds"),
        Err(error) => {
            tracing::debug!(language, %error, "cannot look for runner images of earlier builds")
        }
    }
}

async fn try_remove(daemon: &Daemon, language: &str) -> Result<usize, DockerError> {
    let filters = HashMap::from([
        ("label", vec![BUILD.to_owned()]),
        ("reference", vec![runner_repository(language)]),
    ]);
    let options = ListImagesOptionsBuilder::new().filters(&filters).build();
    let listing = daemon.api.list_images(Some(options));
    let mut found = call("list images", LIST, listing).await?;
    found.sort_by_key(|image| Reverse(image.created));
    let mut removed = 0;
    for image in found.into_iter().skip(KEPT) {
        // By its name, and not by force: an image that has others, or containers, stays.
        for tag in &image.repo_tags {
            let options = RemoveImageOptionsBuilder::new().build();
            let removing = daemon.api.remove_image(tag, Some(options), None);
            match call("remove an image", REMOVE, removing).await {
                Ok(_) => removed += 1,
                Err(error) if error.is_absence() || error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(removed)
}
