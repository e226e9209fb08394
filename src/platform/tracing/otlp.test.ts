import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { type EndedSpan, encodeJson, encodeProtobuf } from './otlp.ts';

const RESOURCE = { 'service.name': 'hub', 'deployment.environment': 'Größe' };
const ROOT: EndedSpan = {
  traceId: '0199d0a27c1e7b3a8f000123456789ab',
  spanId: '8f000123456789ab',
  parentSpanId: null,
  name: 'POST /webhooks/carrier/:carrier',
  kind: 'server',
  beganMs: 1_780_000_000_000.5,
  endedMs: 1_780_000_000_250,
  failed: false,
  attributes: {
    'http.route': '/webhooks/carrier/:carrier',
    'http.response.status_code': 200,
    'waybill.together': 3_000_000_000,
  },
};
const CHILD: EndedSpan = {
  ...ROOT,
  spanId: '9abcfedcba987654',
  parentSpanId: ROOT.spanId,
  name: 'x'.repeat(300),
  kind: 'internal',
  failed: true,
  attributes: { 'waybill.share': 0.25 },
};
const SPANS = [ROOT, CHILD, { ...CHILD, kind: 'client' }, { ...CHILD, kind: 'consumer' }] as const;

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
};
const resource = resourceFromAttributes(RESOURCE);
const scope = { name: 'waybill' };
const timeOf = (ms: number): [number, number] => [Math.floor(ms / 1_000), (ms % 1_000) * 1e6];

/** The same span, as OpenTelemetry's SDK passes it to its serializers. */
function sdkSpan(span: EndedSpan): ReadableSpan {
  const context = { traceId: span.traceId, traceFlags: 1 };
  return {
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => ({ ...context, spanId: span.spanId }),
    ...(span.parentSpanId === null
      ? {}
      : { parentSpanContext: { ...context, spanId: span.parentSpanId, isRemote: true } }),
    startTime: timeOf(span.beganMs),
    endTime: timeOf(span.endedMs),
    status: { code: span.failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: span.attributes,
    resource,
    instrumentationScope: scope,
    links: [],
    events: [],
    duration: [0, 0],
    ended: true,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** The paths of those fields that are messages in Protocol Buffers, by field numbers. */
const MESSAGES = /^(1|1\.1|1\.1\.1(\.2)?|1\.2|1\.2\.1|1\.2\.2|1\.2\.2\.9(\.2)?|1\.2\.2\.15)$/;

/** Returns every field with its path; zeros are left out, because a missing field is zero. */
function fieldsOf(bytes: Buffer, path = ''): readonly string[] {
  const fields: string[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = path === '' ? `${tag >> 3}` : `${path}.${tag >> 3}`;
    const type = tag & 7;
    if (type === 0) {
      const value = varint();
      if (value !== 0) fields.push(`${field} = ${value}`);
      continue;
    }
    const length = type === 2 ? varint() : type === 1 ? 8 : 4;
    const value = bytes.subarray(at, at + length);
    at += length;
    if (type === 2 && MESSAGES.test(field))
      fields.push(`${field} {`, ...fieldsOf(value, field), '}');
    else fields.push(`${field} = ${value.toString('hex')}`);
  }
  return fields;
}

const parsed = (bytes: Uint8Array | undefined) =>
  JSON.parse(Buffer.from(bytes ?? []).toString(), (_, value) =>
    value === 0 || (Array.isArray(value) && value.length === 0) ? undefined : value,
  );

describe('spans are encoded as OpenTelemetry’s SDK encodes them', () => {
  it('as JSON', () => {
    const theirs = JsonTraceSerializer.serializeRequest(SPANS.map(sdkSpan));
    expect(parsed(encodeJson(RESOURCE, SPANS))).toEqual(parsed(theirs));
  });

  it('as Protocol Buffers', () => {
    const theirs = ProtobufTraceSerializer.serializeRequest(SPANS.map(sdkSpan)) ?? [];
    const fields = fieldsOf(encodeProtobuf(RESOURCE, SPANS));
    expect(fields).toEqual(fieldsOf(Buffer.from(theirs)));
    expect(fields.filter((field) => field.startsWith('1.2.2.5 ='))).toHaveLength(SPANS.length);
  });

  it('without attributes that a span does not have', () => {
    const empty = [{ ...ROOT, attributes: { 'waybill.carrier': undefined } }];
    expect(
      parsed(encodeJson({}, empty)).resourceSpans[0].scopeSpans[0].spans[0],
    ).not.toHaveProperty('attributes');
  });
});
