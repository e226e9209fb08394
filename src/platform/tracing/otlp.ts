/** A span that has ended, with the ids of OpenTelemetry's wire format. */
export interface EndedSpan {
  /** The ids are in hex: 16 bytes for a trace, 8 for a span. */
  readonly traceId: string;
  readonly spanId: string;
  /** Null: the trace begins with this span. */
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  /** Epoch milliseconds. */
  readonly beganMs: number;
  readonly endedMs: number;
  readonly failed: boolean;
  readonly attributes: Attributes;
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

const KINDS = { internal: 1, server: 2, client: 3, consumer: 5 } as const;
const STATUS_UNSET = 0;
const STATUS_ERROR = 2;
/** Flags: the trace is sampled, and it is known whether the parent is in another process. */
const FLAGS = 0x101;
const PARENT_IS_REMOTE = 0x200;
const SCOPE = 'waybill';

/** Encodes spans as an `ExportTraceServiceRequest` of OTLP, in one of its two formats. */
type EncodeSpans = (resource: Attributes, spans: readonly EndedSpan[]) => Buffer;

/** Checked 2026-11-25 against https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. */
export const encodeJson: EncodeSpans = (resource, spans) =>
  Buffer.from(
    JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: jsonAttributes(resource) },
          scopeSpans: [{ scope: { name: SCOPE }, spans: spans.map(jsonSpan) }],
        },
      ],
    }),
  );

function jsonSpan(span: EndedSpan): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? undefined,
    flags: flagsOf(span),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: String(nanosecondsOf(span.beganMs)),
    endTimeUnixNano: String(nanosecondsOf(span.endedMs)),
    attributes: jsonAttributes(span.attributes),
    status: { code: statusOf(span) },
  };
}

function jsonAttributes(attributes: Attributes): readonly object[] {
  return entriesOf(attributes).map(([key, value]) => {
    if (typeof value === 'string') return { key, value: { stringValue: value } };
    return { key, value: Number.isInteger(value) ? { intValue: value } : { doubleValue: value } };
  });
}

/**
 * Field numbers are those of opentelemetry-proto v1.9.0: collector/trace/v1/trace_service.proto,
 * trace/v1/trace.proto and common/v1/common.proto.
 */
export const encodeProtobuf: EncodeSpans = (resource, spans) => {
  const scopeSpans = [message(1, [text(1, SCOPE)]), ...spans.map(protobufSpan)];
  return message(1, [message(1, protobufAttributes(1, resource)), message(2, scopeSpans)]);
};

function protobufSpan(span: EndedSpan): Buffer {
  return message(2, [
    bytes(1, Buffer.from(span.traceId, 'hex')),
    bytes(2, Buffer.from(span.spanId, 'hex')),
    ...(span.parentSpanId === null ? [] : [bytes(4, Buffer.from(span.parentSpanId, 'hex'))]),
    text(5, span.name),
    integer(6, KINDS[span.kind]),
    fixed64(7, nanosecondsOf(span.beganMs)),
    fixed64(8, nanosecondsOf(span.endedMs)),
    ...protobufAttributes(9, span.attributes),
    message(15, [integer(3, statusOf(span))]),
    fixed32(16, flagsOf(span)),
  ]);
}

function protobufAttributes(field: number, attributes: Attributes): readonly Buffer[] {
  return entriesOf(attributes).map(([key, value]) =>
    message(field, [text(1, key), message(2, [protobufValue(value)])]),
  );
}

function protobufValue(value: string | number): Buffer {
  if (typeof value === 'string') return text(1, value);
  return Number.isInteger(value) && value >= 0 ? integer(3, value) : double(4, value);
}

function entriesOf(attributes: Attributes): readonly (readonly [string, string | number])[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
}

function nanosecondsOf(ms: number): bigint {
  return BigInt(Math.round(ms * 1_000)) * 1_000n;
}

function statusOf({ failed }: EndedSpan): number {
  return failed ? STATUS_ERROR : STATUS_UNSET;
}

function flagsOf({ parentSpanId }: EndedSpan): number {
  return parentSpanId === null ? FLAGS : FLAGS | PARENT_IS_REMOTE;
}

/** The wire types of Protocol Buffers. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

function message(field: number, parts: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(parts));
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([tag(field, LENGTH_DELIMITED), varint(value.length), value]);
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([tag(field, VARINT), varint(value)]);
}

function fixed64(field: number, value: bigint): Buffer {
  const written = Buffer.alloc(8);
  written.writeBigUInt64LE(value);
  return Buffer.concat([tag(field, FIXED64), written]);
}

function double(field: number, value: number): Buffer {
  const written = Buffer.alloc(8);
  written.writeDoubleLE(value);
  return Buffer.concat([tag(field, FIXED64), written]);
}

function fixed32(field: number, value: number): Buffer {
  const written = Buffer.alloc(4);
  written.writeUInt32LE(value);
  return Buffer.concat([tag(field, FIXED32), written]);
}

function tag(field: number, type: number): Buffer {
  return varint(field * 8 + type);
}

/** Writes seven bits per byte, the lowest first; the eighth says that another byte follows. */
function varint(value: number): Buffer {
  const written: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) written.push((rest % 0x80) + 0x80);
  written.push(rest);
  return Buffer.from(written);
}
