//! What a daemon has, told without changing anything: for the doctor and for the choice of engine.

use super::daemon::{Daemon, DockerError};
use super::image::{BUILD, inspect, label};
use crate::config::DockerSettings;
use warmbox_protocol::BUILD_ID;

/// A daemon and the images that it was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub version: String,
    pub runtimes: Vec<String>,
    pub apparmor: bool,
    /// For each language its image, and what is in it.
    pub images: Vec<(String, String, FoundImage)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundImage {
    Absent,
    /// A toolchain; the server puts its supervisor in.
    Toolchain,
    /// With the supervisor of our build.
    Runner,
    /// With another build's.
    OtherBuild(String),
}

/// Asks the daemon for itself and for the images of these languages.
pub async fn examine<'a>(
    settings: &DockerSettings,
    languages: impl IntoIterator<Item = &'a str>,
) -> Result<Found, DockerError> {
    let daemon = Daemon::connect(&settings.host).await?;
    let mut images = Vec::new();
    for language in languages {
        let name = settings.image(language);
        let found = match inspect(&daemon, &name).await? {
            None => FoundImage::Absent,
            Some(image) => match label(&image, BUILD) {
                None => FoundImage::Toolchain,
                Some(BUILD_ID) => FoundImage::Runner,
                Some(theirs) => FoundImage::OtherBuild(theirs.to_owned()),
            },
        };
        images.push((language.to_owned(), name, found));
    }
    Ok(Found {
        version: daemon.version,
        runtimes: daemon.runtimes,
        apparmor: daemon.apparmor,
        images,
    })
}
