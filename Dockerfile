# The warmbox server and its supervisor. Plain layers only, so that every builder takes it. No made-up
# source warms a cache here: an image that kept one has been seen to end at once with exit code 0,
# over and over, without a line in its log.
ARG RUST=rust:1-trixie
ARG BASE=debian:trixie-slim

FROM ${RUST} AS build
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY crates crates
COPY runner-images runner-images
COPY src src
# The supervisor is static, because it is PID 1 in images that hold no libraries of ours.
RUN host="$(rustc -vV | sed -n 's/^host: //p')" \
 && RUSTFLAGS='-C target-feature=+crt-static' \
    cargo build --release --locked -p warmbox-supervisor --target "$host" \
 && cargo build --release --locked -p warmbox -p warmbox-prepared \
 && install -D -t /out "target/$host/release/warmbox-supervisor" target/release/warmbox \
      target/release/libwarmbox_prepared.so

FROM ${BASE}
RUN groupadd --gid 10001 warmbox \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
    --shell /usr/sbin/nologin warmbox
COPY --from=build /out/ /usr/local/bin/
# A program that does nothing exits with 0 as well, so it must say who it is.
RUN warmbox --version | grep '^warmbox [0-9]' \
 && warmbox-supervisor --build-id | grep '^[0-9]'
ENV WARMBOX_HOST=0.0.0.0 \
    WARMBOX_ENGINE=docker
# As numbers: Kubernetes checks runAsNonRoot by them.
USER 10001:10001
EXPOSE 5001
STOPSIGNAL SIGTERM
# Ready, not merely alive: it can run programs.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["warmbox", "health"]
ENTRYPOINT ["warmbox"]
CMD ["serve"]
# Last, so that a new revision costs no other layer.
ARG REVISION=unknown
LABEL org.opencontainers.image.title="warmbox" \
      org.opencontainers.image.description="Runs untrusted programs of several languages over HTTP, in sandboxes that are already warm" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}"
