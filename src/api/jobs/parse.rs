//! From a body of `POST /jobs` to jobs that are known to be right. Each is the body of
//! `POST /execute/{language}` with a few fields more; all of it is judged before any of it is taken.

use crate::api::ApiState;
use crate::api::body::{self, Parsed};
use crate::api::problem::Problem;
use crate::language::Language;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Jobs in one request.
pub(in crate::api) const MOST: usize = 1000;

/// One job, checked.
pub(super) struct Wanted {
    pub(super) language: Arc<Language>,
    /// The body of `POST /execute/{language}`.
    pub(super) work: Vec<u8>,
    pub(super) parsed: Parsed,
    pub(super) ttl: Duration,
    pub(super) callback_url: Option<String>,
    /// What its fields are found below.
    pub(super) place: Option<String>,
}

/// All that a body asks for.
pub(super) enum Asked {
    One(Box<Wanted>),
    Batch(Vec<Wanted>),
}

/// An object's fields as they were written, in their order.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsWritten;
        impl<'de> Visitor<'de> for AsWritten {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(AsWritten)
    }
}

impl<'a> Fields<'a> {
    /// Takes a field out, which may be there once.
    fn take<T: Deserialize<'a>>(&mut self, name: &str) -> Result<Option<T>, Problem> {
        let Some(at) = self.0.iter().position(|(field, _)| field == name) else {
            return Ok(None);
        };
        let (_, value) = self.0.remove(at);
        if self.0.iter().any(|(field, _)| field == name) {
            let detail = format!("{name}: duplicate field `{name}`");
            return Err(Problem::field("invalid_field", name, detail));
        }
        serde_json::from_str(value.get())
            .map(Some)
            .map_err(|error| {
                let detail = format!("{name}: {error}");
                Problem::field("invalid_field", name, detail)
            })
    }

    /// What is left, as an object again.
    fn into_json(self) -> Vec<u8> {
        let mut json = vec![b'{'];
        for (number, (name, value)) in self.0.iter().enumerate() {
            if number > 0 {
                json.push(b',');
            }
            // A string can always be written.
            json.extend(serde_json::to_vec(name).unwrap_or_default());
            json.push(b':');
            json.extend_from_slice(value.get().as_bytes());
        }
        json.push(b'}');
        json
    }
}

/// Judges the whole body.
pub(super) fn parse(bytes: &[u8], state: &ApiState) -> Result<Asked, Problem> {
    let text = body::utf8(bytes)?;
    let mut fields: Fields<'_> =
        serde_json::from_str(text).map_err(|error| body::refused(".", &error))?;
    let Some(all) = fields.take::<Vec<&RawValue>>("jobs")? else {
        let one = one(fields, None, state)?;
        return Ok(Asked::One(Box::new(one)));
    };
    if let Some((name, _)) = fields.0.first() {
        let detail = format!("{name}: unknown field `{name}`, expected `jobs` alone");
        return Err(Problem::field("unknown_field", name, detail));
    }
    if all.is_empty() || all.len() > MOST {
        let detail = format!("jobs has {} jobs; a request takes 1 to {MOST}", all.len());
        let code = if all.is_empty() {
            "no_jobs"
        } else {
            "too_many_in_batch"
        };
        return Err(Problem::field(code, "jobs", detail).with("limit", MOST));
    }
    let mut wanted = Vec::with_capacity(all.len());
    for (number, job) in all.into_iter().enumerate() {
        let place = format!("jobs[{number}]");
        let fields: Fields<'_> = serde_json::from_str(job.get()).map_err(|error| {
            let detail = format!("{place}: {error}");
            Problem::field("invalid_field", &*place, detail)
        })?;
        wanted.push(one(fields, Some(&place), state)?);
    }
    Ok(Asked::Batch(wanted))
}

fn one(fields: Fields<'_>, place: Option<&str>, state: &ApiState) -> Result<Wanted, Problem> {
    let judged = judge(fields, place, state);
    judged.map_err(|problem| match place {
        Some(place) => problem.within(place),
        None => problem,
    })
}

fn judge(mut fields: Fields<'_>, place: Option<&str>, state: &ApiState) -> Result<Wanted, Problem> {
    let Some(word) = fields.take::<String>("language")? else {
        let detail = "language is missing; name one of GET /languages".to_owned();
        return Err(Problem::field("invalid_field", "language", detail));
    };
    let language = state.language(&word).map_err(|problem| {
        let known: Vec<_> = (state.service.languages().iter())
            .map(|language| language.name.clone())
            .collect();
        Problem::field("unknown_language", "language", problem.detail().to_owned())
            .with("known", known)
    })?;
    let ceiling = state.jobs.settings().ttl;
    let ttl = match fields.take::<u64>("ttl_s")? {
        None => ceiling,
        Some(seconds) if (1..=ceiling.as_secs()).contains(&seconds) => Duration::from_secs(seconds),
        Some(seconds) => {
            let most = ceiling.as_secs();
            let detail = format!("ttl_s is {seconds}; allowed is 1 to {most} (jobs_ttl)");
            let problem = Problem::field("ttl_out_of_range", "ttl_s", detail);
            return Err(problem.with("asked", seconds).with("ceiling", most));
        }
    };
    let callback_url = fields.take::<Option<String>>("callback_url")?.flatten();
    if let Some(url) = &callback_url {
        check_callback(url, state)?;
    }
    let work = fields.into_json();
    let parsed = body::parse_json(&work, &language, state)?;
    Ok(Wanted {
        language,
        work,
        parsed,
        ttl,
        callback_url,
        place: place.map(str::to_owned),
    })
}

fn check_callback(url: &str, state: &ApiState) -> Result<(), Problem> {
    let field = "callback_url";
    if !state.webhooks.are_on() {
        let detail = "callback_url: this server tells nobody anything, because it has no secret to sign with \
                      (webhook_secret_file); ask with GET /jobs/{id}?wait_ms=60000 instead";
        return Err(Problem::field("callbacks_off", field, detail.to_owned()));
    }
    state.webhooks.check(url).map_err(|error| {
        let detail = format!("callback_url {error}");
        Problem::field("callback_refused", field, detail)
    })
}
