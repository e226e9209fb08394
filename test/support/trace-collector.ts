import { createServer } from 'node:http';
import { readBody } from '../../src/platform/net/read-body.ts';

/** A span as OTLP's JSON has it; attributes as a record. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly isFailed: boolean;
}

export interface TraceCollector {
  /** What OTEL_EXPORTER_OTLP_ENDPOINT is to be. */
  readonly endpoint: string;
  /** Requests, with the path, the headers and the bytes as they came. */
  readonly received: {
    readonly path: string;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly bytes: Buffer;
  }[];
  /** Answers with this from now on. */
  status: number;
  /** Of what came as JSON. */
  spans(): readonly ReceivedSpan[];
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** An OTLP/HTTP collector on a free port. */
export async function openTraceCollector(): Promise<TraceCollector> {
  const server = createServer((request, response) => {
    void readBody(request, BODY_BYTES_MAX).then((read) => {
      const bytes = read.kind === 'body' ? Buffer.from(read.bytes) : Buffer.alloc(0);
      collector.received.push({ path: request.url ?? '', headers: request.headers, bytes });
      response.writeHead(collector.status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const collector: TraceCollector = {
    endpoint: `http://127.0.0.1:${address.port}`,
    received: [],
    status: 200,
    spans: () => collector.received.flatMap(({ bytes }) => spansOf(JSON.parse(bytes.toString()))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return collector;
}

interface Request {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

interface WireSpan extends Omit<ReceivedSpan, 'attributes' | 'isFailed' | 'parentSpanId'> {
  readonly parentSpanId?: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: Readonly<Record<string, unknown>>;
  }[];
  readonly status: { readonly code: number };
}

function spansOf({ resourceSpans }: Request): ReceivedSpan[] {
  return resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .map((span) => ({
      ...span,
      parentSpanId: span.parentSpanId ?? '',
      attributes: Object.fromEntries(
        span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
      ),
      isFailed: span.status.code === 2,
    }));
}
