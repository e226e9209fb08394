import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { fedexPush, PUSH_SECRET, parcelNumber, pushHeaders } from '../support/fedex-push.ts';
import {
  callApi,
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { type MerchantReceiver, openMerchantReceiver } from '../support/merchant-receiver.ts';
import {
  openTraceCollector,
  type ReceivedSpan,
  type TraceCollector,
} from '../support/trace-collector.ts';

/**
 * A hub with tracing, its collector, and a parcel from the carrier's webhook to the notified
 * person.
 */
const PATIENCE = { timeout: 120_000, interval: 200 };
const PERSON = {
  name: 'Quirina Nettlethorpe',
  email: 'quirina.nettlethorpe@example.com',
  phone: '+14155550123',
};
const NUMBER = parcelNumber(4_711);

let data: string;
let collector: TraceCollector;
let receiver: MerchantReceiver;
let hub: RunningHub;
beforeAll(async () => {
  data = newDataFolder();
  collector = await openTraceCollector();
  receiver = await openMerchantReceiver(() => systemClock.nowMs());
  hub = await startHub(data, {
    WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
    WAYBILL_EGRESS_ALLOW: '127.0.0.1',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=collector%20key',
  });
}, 300_000);
afterAll(async () => {
  await hub?.stop();
  receiver?.close();
  await collector?.close();
  removeDataFolder(data);
}, 120_000);

test('one trace leads from a webhook to the mail and the merchant’s webhook, without personal data', async () => {
  const api = <T>(method: string, path: string, body?: unknown) =>
    callApi<T>(hub.url, method, path, body);
  await api('POST', '/v1/webhook-endpoints', { url: receiver.url, events: ['*'] });
  await api('POST', '/v1/shipments', {
    carrier: 'fedex',
    tracking_number: NUMBER,
    recipient: PERSON,
    order_ids: ['order-of-quirina'],
  });
  const body = fedexPush({ number: NUMBER, scans: [{ code: 'OD', date: aMinuteAgo() }] });
  const request = { method: 'POST', headers: pushHeaders(body), body };
  const { status } = await fetch(new URL('/webhooks/carrier/fedex', hub.url), request);
  expect(status).toBe(200);

  const trace = await vi.waitFor(() => {
    const all = collector.spans();
    const root = all.find(
      ({ name, attributes }) =>
        name === 'inbound message webhook' && attributes['waybill.carrier'] === 'fedex',
    );
    const found = all.filter(({ traceId }) => traceId === root?.traceId);
    const names = new Set(found.map(({ name }) => name));
    for (const name of [
      ...['inbound message webhook', 'POST /webhooks/carrier/:carrier', 'process'],
      ...['record shipment.status_changed', 'react notifications', 'react merchant-webhooks'],
      ...['send email', 'send webhook'],
    ]) {
      expect(names).toContain(name);
    }
    return found;
  }, PATIENCE);
  const byId = new Map(trace.map((span) => [span.spanId, span]));
  const roots = trace.filter(({ parentSpanId }) => parentSpanId === '');
  expect(roots.map(({ name }) => name)).toEqual(['inbound message webhook']);
  for (const { parentSpanId } of trace) {
    if (parentSpanId !== '') expect(byId.has(parentSpanId)).toBe(true);
  }
  expect(wayTo(byId, 'send email')).toEqual([
    ...['send email', 'record shipment.status_changed', 'inbound message webhook'],
  ]);
  expect(trace.filter(({ isFailed }) => isFailed)).toEqual([]);

  // API calls are traces of their own.
  await vi.waitFor(() => {
    const call = collector.spans().find(({ name }) => name === 'POST /shipments');
    expect(call).toMatchObject({ parentSpanId: '' });
  }, PATIENCE);

  expect(collector.received.every(({ path }) => path === '/v1/traces')).toBe(true);
  expect(collector.received[0]?.headers['api-key']).toBe('collector key');
  const everything = collector.received.map(({ bytes }) => bytes.toString()).join('\n');
  for (const word of [
    ...Object.values(PERSON),
    ...[NUMBER, 'order-of-quirina', 'MEMPHIS', HUB_TEST_KEY, PUSH_SECRET, receiver.url],
    ...['Quirina', 'wb_test_', 'wb_live_', '@'],
  ]) {
    expect(everything.includes(word), word).toBe(false);
  }
  const known =
    /^(?:http\.(?:request\.method|route|response\.status_code)|waybill\.(?:carrier|source|event_type|consumer|together|channel|provider|outcome))$/;
  for (const { attributes } of collector.spans()) {
    for (const name of Object.keys(attributes)) expect(name).toMatch(known);
  }
}, 400_000);

/** In the time zone of Memphis. Nobody is notified of older scans. */
function aMinuteAgo(): string {
  const local = new Date(systemClock.nowMs() - 60_000 - 5 * 3_600_000);
  return `${local.toISOString().slice(0, 19)}-05:00`;
}

/** The names from a span up to the root. */
function wayTo(byId: ReadonlyMap<string, ReceivedSpan>, name: string): string[] {
  const way: string[] = [];
  let at = [...byId.values()].find((span) => span.name === name);
  while (at !== undefined) {
    way.push(at.name);
    at = byId.get(at.parentSpanId);
  }
  return way;
}
