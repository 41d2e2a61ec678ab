//! Traces for those who collect them: each request is a span, of the trace that its client began where
//! it sent a `traceparent` (W3C Trace Context). Exported by OTLP over HTTP, as OpenTelemetry's own
//! variables say (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, ...), from a
//! queue that is bounded; a collector that is away costs spans. Only with the feature `otel`.

use axum::http::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

/// Sends what is left when it goes.
pub struct Traces(SdkTracerProvider);

/// What makes spans of a log.
type SpanLayer<S> = Box<dyn Layer<S> + Send + Sync>;

/// What makes spans, and what sends them; nothing where no collector is named.
///
/// # Errors
/// A collector that cannot be sent to at all.
pub fn layer<S>() -> Result<Option<(SpanLayer<S>, Traces)>, String>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !named("OTEL_EXPORTER_OTLP_ENDPOINT") && !named("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
        return Ok(None);
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .build()
        .map_err(|error| format!("traces cannot be exported: {error}"))?;
    let resource = match named("OTEL_SERVICE_NAME") {
        true => Resource::builder().build(),
        false => Resource::builder().with_service_name("warmbox").build(),
    };
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource)
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("warmbox"));
    Ok(Some((Box::new(layer), Traces(provider))))
}

/// Makes a span part of the trace that a request's headers name.
pub fn follow(span: &Span, headers: &HeaderMap) {
    let context = TraceContextPropagator::new().extract(&Headers(headers));
    // One that is closed already has no parent to be given.
    let _ = span.set_parent(context);
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}
