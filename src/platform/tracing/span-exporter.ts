import { setMaxListeners } from 'node:events';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { BytesClient } from '../net/http-client.ts';
import type { TracingSettings } from '../settings/tracing.ts';

export interface SpanExporterDeps {
  readonly http: BytesClient;
  /** Spans that were sent, or lost, and then why. */
  readonly onSent: (spans: number) => void;
  readonly onLost: (spans: number, why: string) => void;
  readonly wait: (ms: number) => Promise<void>;
}

export interface ClosableExporter extends SpanExporter {
  /** From now on each batch is tried once. */
  hurry(): void;
  /** Aborts running requests; ends when all lost spans are counted. */
  giveUp(): Promise<void>;
}

const SERIALIZERS = {
  'http/json': { type: 'application/json', ...JsonTraceSerializer },
  'http/protobuf': { type: 'application/x-protobuf', ...ProtobufTraceSerializer },
} as const;

/** Temporary answers of a collector: OTLP's list. */
const AGAIN = new Set([429, 502, 503, 504]);
const TRIES_MAX = 3;
const FIRST_WAIT_MS = 500;
const TIMEOUT_MS = 10_000;
/**
 * The result passed to the SDK, always success: it would throw at its caller otherwise, and lost
 * spans are counted here.
 */
const DONE = { code: 0 };

/**
 * Sends spans as OTLP with the client used for all addresses that operators configure: it follows
 * no redirects and ignores proxies from the environment. Spans a collector does not accept are lost
 * after some tries: traces are not a record, and nothing waits for them.
 */
export function createSpanExporter(
  { url, headers, protocol }: TracingSettings,
  { http, onSent, onLost, wait }: SpanExporterDeps,
): ClosableExporter {
  const { type, serializeRequest } = SERIALIZERS[protocol];
  const underWay = new Set<Promise<void>>();
  let isClosing = false;
  const cut = new AbortController();
  // As many as there are batches under way.
  setMaxListeners(0, cut.signal);
  const isCut = new Promise<void>((resolve) => {
    cut.signal.addEventListener('abort', () => resolve(), { once: true });
  });

  async function send(spans: readonly ReadableSpan[]): Promise<void> {
    const bytes = serializeRequest([...spans]);
    if (bytes === undefined) return lost(spans, 'they could not be written down');
    for (let nr = 1; ; nr += 1) {
      const outcome = await http.send({
        method: 'POST',
        url,
        headers: { ...headers, 'content-type': type },
        body: Buffer.from(bytes),
        timeoutMs: TIMEOUT_MS,
        signal: cut.signal,
      });
      if (outcome.kind === 'answer' && outcome.status < 300) {
        onSent(spans.length);
        return;
      }
      const why = outcome.kind === 'answer' ? `status ${outcome.status}` : outcome.reason;
      const isForNow = outcome.kind === 'failed' || AGAIN.has(outcome.status);
      if (!isForNow || nr === TRIES_MAX || isClosing) return lost(spans, why);
      await Promise.race([wait(FIRST_WAIT_MS * 2 ** (nr - 1)), isCut]);
    }
  }

  function lost(spans: readonly ReadableSpan[], why: string): void {
    onLost(spans.length, why);
  }

  return {
    export(spans, done) {
      const sending = send(spans)
        .catch((error: unknown) => lost(spans, error instanceof Error ? error.name : 'an error'))
        .then(() => done(DONE))
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
    },
    async forceFlush() {
      await Promise.all(underWay);
    },
    hurry() {
      isClosing = true;
    },
    async giveUp() {
      isClosing = true;
      cut.abort();
      await Promise.all(underWay);
    },
    async shutdown() {
      isClosing = true;
      await Promise.all(underWay);
    },
  };
}
