//! Jobs and blobs without a socket: who may ask, and what is counted.

use super::keys::{ask, told};
use super::*;
use crate::access::tests::{entry, rules};
use crate::config::{Cors, JobSettings};
use crate::folder::tests::closed;
use crate::tasks::Tasks;
use axum::http::Method;

/// An interface whose jobs are executed by the fake.
pub(super) async fn with_jobs(
    folder: &tempfile::TempDir,
    access: Access,
) -> (Arc<Fake>, Router, Jobs) {
    let settings = JobSettings {
        folder: Some(folder.path().to_owned()),
        ..JobSettings::default()
    };
    let jobs = Jobs::new(settings, ["cpp".to_owned(), "python".to_owned()]);
    let fake = Arc::new(Fake::default());
    let state = Arc::new(ApiState {
        jobs: jobs.clone(),
        access,
        ..state(fake.clone())
    });
    // They end with the test's runtime.
    let tasks = Tasks::default();
    jobs.live(Arc::new(Work(state.clone())), Webhooks::off(), &tasks);
    let open = async {
        while jobs.check().is_err() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let opened = tokio::time::timeout(Duration::from_secs(20), open).await;
    opened.expect("the jobs are there");
    (fake, router(state), jobs)
}

pub(super) fn send_job(body: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = ask(Method::POST, "/jobs", headers);
    let json = "application/json".parse().unwrap();
    request.headers_mut().insert("content-type", json);
    *request.body_mut() = Body::from(body.to_owned());
    request
}

#[tokio::test]
async fn a_job_is_executed_as_a_request_is() {
    let folder = closed();
    let (fake, app, _jobs) = with_jobs(&folder, Access::open()).await;
    let body = r#"{"language": "c++", "code": "int x;", "args": ["-x"], "ttl_s": 60}"#;
    let taken = send_to(&app, send_job(body, &[("x-request-id", "mine")])).await;
    assert_eq!(told(&taken), (202, "-"), "{}", taken.body);
    let place = taken.headers["location"].to_str().unwrap();
    let get = Request::get(format!("{place}?wait_ms=20000"));
    let done = send_to(&app, get.body(Body::empty()).unwrap()).await;
    assert_eq!(done.body["status"], "done", "{}", done.body);
    assert_eq!(done.body["result"]["stdout"], "hi\n");
    let asked = fake.asked.lock().unwrap();
    assert_eq!(
        (asked[0].request_id.as_str(), &*asked[0].args),
        ("mine", &["-x".to_owned()][..])
    );
    assert_eq!(asked[0].language.name, "cpp");
}

#[tokio::test]
async fn sending_jobs_counts_once_and_looking_at_them_does_not() {
    let folder = closed();
    let keys = entry("site", "secret", "requests_per_minute = 2\nburst = 2");
    let access = rules(Some(&keys), None, Cors::None);
    let (_fake, app, _jobs) = with_jobs(&folder, access).await;
    let key = [("x-api-key", "secret")];
    let batch = r#"{"jobs": [{"language": "cpp", "code": "1"}, {"language": "cpp", "code": "2"}, {"language": "cpp", "code": "3"}]}"#;
    let first = send_to(&app, send_job(batch, &key)).await;
    assert_eq!(first.body["jobs"].as_array().map(Vec::len), Some(3));
    assert_eq!(first.headers["ratelimit"], "\"default\";r=1;t=30");
    for _ in 0..5 {
        let listed = send_to(&app, ask(Method::GET, "/jobs", &key)).await;
        assert_eq!(listed.status, 200);
        assert!(!listed.headers.contains_key("ratelimit"));
    }
    // What is refused counts as well, as ever.
    let blob = ask(Method::PUT, "/blobs/x", &key);
    assert_eq!(told(&send_to(&app, blob).await), (422, "invalid_blob_name"));
    let third = send_to(&app, send_job(batch, &key)).await;
    assert_eq!(told(&third), (429, "rate_limited"));
    let stranger = send_to(&app, send_job(batch, &[])).await;
    assert_eq!(told(&stranger), (401, "key_missing"));
}

#[tokio::test]
async fn a_server_that_stops_takes_no_job() {
    let fake = Arc::new(Fake {
        refuses: Some(ServiceError::Stopping {
            service_state: "stopping",
            fail_safe: true,
            retry_after: Duration::from_secs(1),
        }),
        ..Fake::default()
    });
    let body = r#"{"language": "cpp", "code": "1"}"#;
    let refused = send(&fake, send_job(body, &[])).await;
    assert_eq!(told(&refused), (503, "stopping"));
    let off = send(&Arc::new(Fake::default()), send_job(body, &[])).await;
    assert_eq!(told(&off), (503, "jobs_off"));
}
