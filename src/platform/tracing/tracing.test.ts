import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTraceCollector, type TraceCollector } from '../../../test/support/trace-collector.ts';
import { createLog } from '../observability/log.ts';
import { createMetrics } from '../observability/metrics.ts';
import { ConfigError, readConfig } from '../settings/config.ts';
import { startTracing } from './start-tracing.ts';
import { isTraced, isTracing, type TracedSpan, trace } from './tracing.ts';

const INBOUND_MESSAGE = '0199d0a2-7c1e-7b3a-8f00-0123456789ab';
const EVENT = '0199d0a2-7c1f-7000-9abc-fedcba987654';
const ROOT: TracedSpan = {
  name: 'inbound message webhook',
  kind: 'consumer',
  trace: INBOUND_MESSAGE,
  id: INBOUND_MESSAGE,
  beganMs: 1_780_000_000_000,
  endedMs: 1_780_000_000_250,
  attributes: { 'waybill.carrier': 'fedex' },
};
const CHILD: TracedSpan = {
  name: 'record parcel.delivered',
  kind: 'internal',
  trace: INBOUND_MESSAGE,
  parent: INBOUND_MESSAGE,
  id: EVENT,
  beganMs: 1_780_000_000_100,
  endedMs: 1_780_000_000_200,
  failed: true,
  attributes: {},
};

let collector: TraceCollector;
let end: (() => Promise<void>) | null = null;
beforeEach(async () => {
  collector = await openTraceCollector();
});
afterEach(async () => {
  await end?.();
  end = null;
  await collector.close();
});

async function start(env: Record<string, string> = {}) {
  const { tracing } = readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, ...env });
  if (tracing === null) throw new Error('nothing is traced');
  const metrics = createMetrics();
  end = await startTracing(tracing, { log: createLog({ level: 'silent' }), metrics });
  return metrics;
}

async function sent(): Promise<void> {
  await end?.();
  end = null;
}

it('a trace gets its id from the inbound message, and a span from the object it created, in any process', async () => {
  await start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
  trace(ROOT);
  trace(CHILD);
  await sent();
  const traceId = INBOUND_MESSAGE.replaceAll('-', '');
  expect(collector.spans()).toMatchObject([
    {
      name: 'inbound message webhook',
      traceId,
      spanId: '8f000123456789ab',
      parentSpanId: '',
      startTimeUnixNano: '1780000000000000000',
      endTimeUnixNano: '1780000000250000000',
      attributes: { 'waybill.carrier': 'fedex' },
      isFailed: false,
    },
    {
      name: 'record parcel.delivered',
      traceId,
      spanId: '9abcfedcba987654',
      parentSpanId: '8f000123456789ab',
      isFailed: true,
    },
  ]);
});

it('is sent as protobuf, or as JSON on request, with the configured service and headers', async () => {
  await start({
    OTEL_SERVICE_NAME: 'hub-of-tests',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=a%20test',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-team=parcels,api-key=a%3Db',
  });
  trace(ROOT);
  await sent();
  const [request] = collector.received;
  expect(request?.path).toBe('/v1/traces');
  expect(request?.headers).toMatchObject({
    'content-type': 'application/x-protobuf',
    'x-team': 'parcels',
    'api-key': 'a=b',
  });
  for (const text of ['hub-of-tests', 'a test', 'inbound message webhook', 'fedex']) {
    expect(request?.bytes.includes(text)).toBe(true);
  }
  expect(request?.bytes.includes(Buffer.from(INBOUND_MESSAGE.replaceAll('-', ''), 'hex'))).toBe(
    true,
  );
});

it('a share of traces is sampled, and the choice depends on the trace id alone', async () => {
  await start({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' });
  const ids = Array.from({ length: 2_000 }, (_, index) => {
    // Created in the same second, as inbound messages are: only the second half is random.
    const chance = (Math.imul(index + 1, 0x9e37_79b1) >>> 0).toString(16).padStart(8, '0');
    return `0199d0a2-7c1e-7b3a-8f00-${chance}0000`;
  });
  const sampled = ids.filter(isTraced);
  expect(sampled.length).toBeGreaterThan(300);
  expect(sampled.length).toBeLessThan(700);
  expect(ids.filter(isTraced)).toEqual(sampled);
  for (const id of ids.slice(0, 50)) trace({ ...ROOT, trace: id, id });
  await sent();
  const expected = ids.slice(0, 50).filter((id) => sampled.includes(id)).length;
  expect(expected).toBeGreaterThan(0);
  const bytes = Buffer.concat(collector.received.map((request) => request.bytes)).toString(
    'latin1',
  );
  expect(bytes.split('inbound message webhook').length - 1).toBe(expected);
});

it('spans the collector rejects are lost and counted, and nobody waits for them', async () => {
  collector.status = 400;
  const metrics = await start();
  trace(ROOT);
  await sent();
  expect(isTracing()).toBe(false);
  trace(ROOT);
  const figures = await metrics.metrics();
  expect(figures).toContain('waybill_trace_spans_total{outcome="lost"} 1');
  expect(figures).toContain('waybill_trace_spans_total{outcome="sent"} 0');
});

it('a collector that never answers does not delay a stop, and what it did not accept is counted', async () => {
  let received = (): void => {};
  const isReceived = new Promise<void>((resolve) => {
    received = resolve;
  });
  const silent = createServer((socket) => {
    socket.on('data', received).on('error', () => {});
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { tracing } = readConfig({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${address.port}`,
  });
  if (tracing === null) throw new Error('nothing is traced');
  const metrics = createMetrics();
  const waits: number[] = [];
  const stop = await startTracing(tracing, {
    log: createLog({ level: 'silent' }),
    metrics,
    async wait(ms) {
      waits.push(ms);
      await isReceived;
    },
  });
  // More than the queue can contain: the excess is lost at once, and the rest at the end.
  for (let index = 0; index < 17_000; index += 1) trace(ROOT);
  const before = await metrics.metrics();
  expect(before).toContain('waybill_trace_spans_total{outcome="lost"} 104');
  await stop();
  expect(waits).toEqual([3_000]);
  const figures = await metrics.metrics();
  expect(figures).toContain('waybill_trace_spans_total{outcome="lost"} 17000');
  await new Promise((resolve) => silent.close(resolve));
});

it('tracing settings are ignored while tracing is off', () => {
  const wrong = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_SAMPLER: 'xray' };
  const on = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' };
  for (const env of [
    wrong,
    { ...wrong, ...on, OTEL_SDK_DISABLED: 'TRUE' },
    { ...wrong, ...on, OTEL_TRACES_EXPORTER: 'none' },
  ]) {
    expect(readConfig(env).tracing).toBeNull();
  }
  const else_ = { OTEL_SDK_DISABLED: 'no', OTEL_TRACES_EXPORTER: 'console' };
  expect(() => readConfig({ ...on, ...else_ })).toThrow(ConfigError);
});

it('is off until an endpoint is set, and settings that cannot be used are named', () => {
  expect(readConfig({}).tracing).toBeNull();
  const on = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };
  expect(readConfig(on).tracing).toMatchObject({
    url: 'http://collector:4318/v1/traces',
    protocol: 'http/protobuf',
    sampledShare: 1,
    serviceName: 'waybill',
    headers: {},
  });
  const full = 'http://127.0.0.1:1/other';
  expect(readConfig({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: full }).tracing?.url).toBe(full);
  expect(readConfig({ ...on, OTEL_TRACES_SAMPLER: 'always_off' }).tracing).toBeNull();
  for (const wrong of [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' },
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    { OTEL_TRACES_SAMPLER_ARG: '2' },
    { OTEL_TRACES_SAMPLER: 'xray' },
    { OTEL_EXPORTER_OTLP_HEADERS: 'no-value' },
    { OTEL_EXPORTER_OTLP_HEADERS: 'bad=%zz' },
  ]) {
    const [setting] = Object.keys(wrong);
    let faults: readonly string[] = [];
    try {
      readConfig({ ...on, ...wrong });
    } catch (error) {
      if (error instanceof ConfigError) faults = error.faults.map((fault) => fault.setting);
    }
    expect(faults).toEqual([setting]);
  }
});
