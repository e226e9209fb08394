# A published image, or one that deploy/image/base.sh makes: Debian 12 or newer with Node.js, npm, and an account
# of uid 1000. Pin it by digest where you build releases: --build-arg BASE=node:22-bookworm-slim@sha256:…
ARG BASE=node:22-bookworm-slim

FROM ${BASE} AS build
COPY . /source
RUN /source/deploy/image/install.sh /app

FROM ${BASE}
COPY --from=build /app /app
# `docker exec … waybill keys create --ops`
RUN ln -s /app/bin/waybill.js /usr/local/bin/waybill && install -d -o 1000 -g 1000 -m 0700 /data
WORKDIR /app
# By number, because Kubernetes checks `runAsNonRoot` without reading the image's accounts.
USER 1000:1000
ENV NODE_ENV=production HOST=0.0.0.0 WAYBILL_DATA=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# PostgreSQL is stopped last, and in order.
STOPSIGNAL SIGTERM
CMD ["node", "bin/waybill.js", "start"]
