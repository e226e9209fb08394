# The smallest useful image; written without a container engine at hand, see docs/operators.md.
FROM node:22-bookworm-slim

WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY bin bin
COPY config config
COPY docs docs
COPY migrations migrations
# The checks of `waybill carrier add`.
COPY packages/adapter-kit packages/adapter-kit
COPY packages/carriers packages/carriers
COPY src src
COPY tsconfig.json ./
# `docker exec … waybill keys create --ops`
RUN ln -s /app/bin/waybill.js /usr/local/bin/waybill
# Joins the sources once, for all starts (docs/decisions/0030-sources-are-bundled-at-first-start.md).
RUN node bin/waybill.js --version && chown -R node:node node_modules/.cache

# Not root: PostgreSQL refuses to be, and nothing here needs it.
RUN mkdir /data && chown node:node /data
USER node
ENV NODE_ENV=production HOST=0.0.0.0 WAYBILL_DATA=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# PostgreSQL is stopped last, and in order.
STOPSIGNAL SIGTERM
CMD ["node", "bin/waybill.js", "start"]
