//! The figures of the service in the OpenMetrics text format. What happens is counted here as it
//! happens; what is, is asked for when somebody reads the figures ([`Sampled`]).

mod sampled;

pub use sampled::{Group, Kind, Sampled};

use crate::judge::Verdict;
use crate::run::answer::{Status, Timings};
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The media type of [`Metrics::text`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// From half a millisecond, which a claim takes, to a minute, which a limit allows.
const SECONDS: [f64; 15] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RunLabels {
    language: String,
    status: StatusLabel,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LanguageLabel {
    language: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TestLabels {
    language: String,
    verdict: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TransportLabel {
    transport: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FollowLabels {
    transport: &'static str,
    again: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PhaseLabels {
    language: String,
    phase: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EngineCall {
    engine: &'static str,
    call: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EngineOutcome {
    engine: &'static str,
    call: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct StatusLabel(Status);

impl EncodeLabelValue for StatusLabel {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> std::fmt::Result {
        encoder.write_str(self.0.name())
    }
}

/// How somebody hears of a run while it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Sse,
    WebSocket,
}

impl Transport {
    fn name(self) -> &'static str {
        match self {
            Self::Sse => "sse",
            Self::WebSocket => "websocket",
        }
    }
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// All figures of a server.
pub struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<RequestLabels, Counter>,
    durations: Histograms<Route>,
    in_flight: Gauge,
    refused: Family<Code, Counter>,
    runs: Family<RunLabels, Counter>,
    truncated: Family<LanguageLabel, Counter>,
    tests: Family<TestLabels, Counter>,
    followers: Family<TransportLabel, Gauge>,
    follows: Family<FollowLabels, Counter>,
    phases: Histograms<PhaseLabels>,
    webhooks: Family<Outcome, Counter>,
    engine_calls: Family<EngineOutcome, Counter>,
    engine_durations: Histograms<EngineCall>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut all = Registry::default();
        let durations: Histograms<Route> = Family::new_with_constructor(histogram);
        let phases: Histograms<PhaseLabels> = Family::new_with_constructor(histogram);
        let engine_durations: Histograms<EngineCall> = Family::new_with_constructor(histogram);
        let metrics = Self {
            requests: Family::default(),
            durations,
            in_flight: Gauge::default(),
            refused: Family::default(),
            runs: Family::default(),
            truncated: Family::default(),
            tests: Family::default(),
            followers: Family::default(),
            follows: Family::default(),
            phases,
            webhooks: Family::default(),
            engine_calls: Family::default(),
            engine_durations,
            registry: Mutex::default(),
        };
        let Self {
            requests,
            durations,
            in_flight,
            refused,
            runs,
            truncated,
            tests,
            followers,
            follows,
            phases,
            webhooks,
            engine_calls,
            engine_durations,
            registry: _,
        } = &metrics;
        all.register("warmbox_requests", "Answers by route", requests.clone());
        all.register(
            "warmbox_request_duration_seconds",
            "From a request's head to its answer's",
            durations.clone(),
        );
        all.register(
            "warmbox_requests_in_flight",
            "Requests that have no answer yet",
            in_flight.clone(),
        );
        all.register(
            "warmbox_refused",
            "Answers that are problem documents, by code",
            refused.clone(),
        );
        all.register("warmbox_runs", "Programs by verdict", runs.clone());
        all.register(
            "warmbox_truncated",
            "Programs whose output was cut",
            truncated.clone(),
        );
        all.register("warmbox_tests", "Tests by verdict", tests.clone());
        all.register(
            "warmbox_followers",
            "Connections on which a run or a job is followed",
            followers.clone(),
        );
        all.register(
            "warmbox_follows",
            "Times that a run or a job was followed, and whether it was gone on with",
            follows.clone(),
        );
        all.register(
            "warmbox_phase_duration_seconds",
            "Where the time of runs went",
            phases.clone(),
        );
        all.register(
            "warmbox_webhooks",
            "Tries to tell somebody that a job has ended",
            webhooks.clone(),
        );
        all.register(
            "warmbox_engine_calls",
            "Calls to whatever makes runners",
            engine_calls.clone(),
        );
        all.register(
            "warmbox_engine_call_duration_seconds",
            "What these calls took",
            engine_durations.clone(),
        );
        // There from the start: an increase is only seen of what was there before it.
        for outcome in ["delivered", "again", "failed"] {
            drop(webhooks.get_or_create(&Outcome { outcome }));
        }
        for transport in [Transport::Sse, Transport::WebSocket] {
            let transport = transport.name();
            drop(followers.get_or_create(&TransportLabel { transport }));
            for again in ["false", "true"] {
                drop(follows.get_or_create(&FollowLabels { transport, again }));
            }
        }
        *lock(&metrics.registry) = all;
        metrics
    }
}

fn histogram() -> Histogram {
    Histogram::new(SECONDS)
}

fn lock(registry: &Mutex<Registry>) -> std::sync::MutexGuard<'_, Registry> {
    registry.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Metrics {
    /// Has `groups` asked whenever somebody reads the figures. It must answer at once.
    pub fn sample(&self, groups: impl Fn() -> Vec<Group> + Send + Sync + 'static) {
        lock(&self.registry).register_collector(Box::new(Sampled::new(groups)));
    }

    /// A request that has no answer yet, until the guard goes.
    pub fn in_flight(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// One answer. `route` is the pattern, so that there are few; `code` is a problem's.
    pub fn answered(
        &self,
        route: &str,
        method: &str,
        status: u16,
        code: Option<&'static str>,
        took: Duration,
    ) {
        let route = route.to_owned();
        let labels = RequestLabels {
            route: route.clone(),
            method: method.to_owned(),
            status,
        };
        self.requests.get_or_create(&labels).inc();
        let durations = self.durations.get_or_create(&Route { route });
        durations.observe(took.as_secs_f64());
        if let Some(code) = code {
            self.refused.get_or_create(&Code { code }).inc();
        }
    }

    /// One program that has its verdict.
    pub fn ran(&self, language: &str, status: Status, timings: &Timings, truncated: bool) {
        let language = language.to_owned();
        let labels = RunLabels {
            language: language.clone(),
            status: StatusLabel(status),
        };
        self.runs.get_or_create(&labels).inc();
        let phases = [
            ("queue", timings.queue_ms),
            ("claim", timings.claim_ms),
            ("compile", timings.compile_ms),
            ("run", timings.run_ms),
            ("total", timings.total_ms),
        ];
        for (phase, ms) in phases {
            let language = language.clone();
            let labels = PhaseLabels { language, phase };
            self.phases.get_or_create(&labels).observe(ms / 1000.0);
        }
        if truncated {
            self.truncated
                .get_or_create(&LanguageLabel { language })
                .inc();
        }
    }

    /// One test of a program.
    pub fn tested(&self, language: &str, verdict: Verdict) {
        let labels = TestLabels {
            language: language.to_owned(),
            verdict: verdict.name(),
        };
        self.tests.get_or_create(&labels).inc();
    }

    /// A connection on which a run is followed, until the guard goes; `again` where it goes on with
    /// one whose connection was lost.
    pub fn follows(&self, transport: Transport, again: bool) -> Following {
        let transport = transport.name();
        let labels = FollowLabels {
            transport,
            again: if again { "true" } else { "false" },
        };
        self.follows.get_or_create(&labels).inc();
        let labels = TransportLabel { transport };
        let followers = self.followers.get_or_create_owned(&labels);
        followers.inc();
        Following(followers)
    }

    /// One try to tell somebody that a job has ended: `delivered`, `again` or `failed`.
    pub fn webhook(&self, outcome: &'static str) {
        self.webhooks.get_or_create(&Outcome { outcome }).inc();
    }

    /// One call to an engine that has come to an end.
    pub fn engine_called(
        &self,
        engine: &'static str,
        call: &'static str,
        ok: bool,
        took: Duration,
    ) {
        let outcome = if ok { "ok" } else { "error" };
        let labels = EngineOutcome {
            engine,
            call,
            outcome,
        };
        self.engine_calls.get_or_create(&labels).inc();
        let durations = self
            .engine_durations
            .get_or_create(&EngineCall { engine, call });
        durations.observe(took.as_secs_f64());
    }

    /// All figures, as of now.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into memory cannot fail, and half of the figures are better than none.
        let _ = encode(&mut text, &lock(&self.registry));
        text
    }
}

/// One request in the figure of those that have no answer yet.
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// One connection in the figure of those on which a run is followed.
pub struct Following(Gauge);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_counted_and_asked_for() {
        let metrics = Metrics::default();
        metrics.sample(|| {
            let mut group = Group::new("warmbox_pool_waiting", "Requests that wait", Kind::Gauge);
            group.row([("language", "python")], 3.0);
            let mut total = Group::new("warmbox_claims", "Claims", Kind::Counter);
            total.row([("language", "python"), ("warm", "true")], 7.0);
            vec![group, total]
        });
        let waiting = metrics.in_flight();
        let took = Duration::from_millis(2);
        metrics.answered("/execute/{language}", "POST", 429, Some("busy"), took);
        metrics.ran("python", Status::MemoryLimit, &Timings::default(), true);
        metrics.tested("python", Verdict::WrongAnswer);
        let following = metrics.follows(Transport::Sse, false);
        drop(metrics.follows(Transport::WebSocket, true));
        let text = metrics.text();
        for line in [
            "warmbox_requests_total{route=\"/execute/{language}\",method=\"POST\",status=\"429\"} 1",
            "warmbox_refused_total{code=\"busy\"} 1",
            "warmbox_requests_in_flight 1",
            "warmbox_runs_total{language=\"python\",status=\"memory_limit\"} 1",
            "warmbox_truncated_total{language=\"python\"} 1",
            "warmbox_tests_total{language=\"python\",verdict=\"wrong_answer\"} 1",
            "warmbox_webhooks_total{outcome=\"failed\"} 0",
            "warmbox_followers{transport=\"sse\"} 1",
            "warmbox_followers{transport=\"websocket\"} 0",
            "warmbox_follows_total{transport=\"sse\",again=\"false\"} 1",
            "warmbox_follows_total{transport=\"websocket\",again=\"true\"} 1",
            "warmbox_phase_duration_seconds_count{language=\"python\",phase=\"total\"} 1",
            "warmbox_pool_waiting{language=\"python\"} 3.0",
            "warmbox_claims_total{language=\"python\",warm=\"true\"} 7.0",
            "# EOF",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
        }
        drop((waiting, following));
        let text = metrics.text();
        assert!(text.contains("warmbox_requests_in_flight 0\n"), "{text}");
        assert!(
            text.contains("warmbox_followers{transport=\"sse\"} 0\n"),
            "{text}"
        );
    }
}
