import { setMaxListeners } from 'node:events';
import { systemRandom } from '../clock.ts';
import type { BytesClient } from '../net/http-client.ts';
import type { TracingSettings } from '../settings/tracing.ts';
import { type EndedSpan, encodeJson, encodeProtobuf } from './otlp.ts';
import type { TracedSpan, Tracer } from './tracing.ts';

export interface OpenTracer extends Tracer {
  /**
   * Sends pending spans, and accepts no more. Spans not accepted within CLOSE_MS_MAX are lost.
   * Never throws.
   */
  close(): Promise<void>;
}

export interface OpenTracerDeps {
  readonly http: BytesClient;
  /** Called with the number of spans that were sent; `onLost` with those lost, and why. */
  readonly onSent: (spans: number) => void;
  readonly onLost: (spans: number, why: string) => void;
  readonly wait: (ms: number) => Promise<void>;
}

/** The most spans that wait to be sent; further ones are dropped and counted. */
const WAITING_MAX = 16_384;
const BATCH_MAX = 512;
const EVERY_MS = 1_000;
/** The longest that a stop waits for a collector that does not answer. */
const CLOSE_MS_MAX = 3_000;

const ENCODERS = {
  'http/json': { type: 'application/json', encode: encodeJson },
  'http/protobuf': { type: 'application/x-protobuf', encode: encodeProtobuf },
} as const;

/** The temporary failures of a collector, according to OTLP. */
const TEMPORARY_STATUSES = new Set([429, 502, 503, 504]);
const TRIES_MAX = 3;
const FIRST_WAIT_MS = 500;
const TIMEOUT_MS = 10_000;

/**
 * Sends spans to a collector in batches, as OTLP, with the client used for all addresses that
 * operators configure: it follows no redirects and ignores proxies from the environment. Spans a
 * collector does not accept are lost after some tries: traces are not a record, and nothing waits
 * for them.
 */
export function openTracer(settings: TracingSettings, deps: OpenTracerDeps): OpenTracer {
  const sender = new Sender(settings, deps);
  const waiting: EndedSpan[] = [];
  let isSending = false;
  let timer: NodeJS.Timeout | null = null;

  async function sendWaiting(isEnough: () => boolean): Promise<void> {
    if (isSending) return;
    isSending = true;
    try {
      while (isEnough()) await sender.send(waiting.splice(0, BATCH_MAX));
    } finally {
      isSending = false;
    }
    if (waiting.length > 0) sendLater();
  }

  function sendLater(): void {
    timer ??= setTimeout(() => {
      timer = null;
      void sendWaiting(() => waiting.length > 0);
    }, EVERY_MS).unref();
  }

  return {
    keeps: (uuid) => isSampled(traceIdOf(uuid), settings.sampledShare),
    record(traced) {
      const traceId = traced.trace === null ? randomHex(16) : traceIdOf(traced.trace);
      if (traced.trace === null && !isSampled(traceId, settings.sampledShare)) return;
      if (waiting.length >= WAITING_MAX) return deps.onLost(1, 'too many wait');
      waiting.push(endedSpan(traced, traceId));
      if (waiting.length >= BATCH_MAX) void sendWaiting(() => waiting.length >= BATCH_MAX);
      else sendLater();
    },
    async close() {
      if (timer !== null) clearTimeout(timer);
      sender.stopRetrying();
      while (waiting.length > 0) void sender.send(waiting.splice(0, BATCH_MAX));
      await Promise.race([sender.ended(), deps.wait(CLOSE_MS_MAX)]);
      sender.abort();
      await sender.ended();
    },
  };
}

/** Sends batches, each until it is accepted, refused, or has used all attempts. */
class Sender {
  readonly #settings: TracingSettings;
  readonly #deps: OpenTracerDeps;
  readonly #resource: Readonly<Record<string, string>>;
  readonly #underWay = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  readonly #aborted: Promise<void>;
  #isClosing = false;

  constructor(settings: TracingSettings, deps: OpenTracerDeps) {
    this.#settings = settings;
    this.#deps = deps;
    this.#resource = { ...settings.resource, 'service.name': settings.serviceName };
    // There are as many listeners as batches in progress.
    setMaxListeners(0, this.#abort.signal);
    this.#aborted = new Promise((resolve) => {
      this.#abort.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Sends spans. Never rejects: lost spans are counted. */
  send(spans: readonly EndedSpan[]): Promise<void> {
    const sending = this.#send(spans)
      .catch((error: unknown) => (error instanceof Error ? error.name : 'an error'))
      .then((failure) => {
        if (failure === null) this.#deps.onSent(spans.length);
        else this.#deps.onLost(spans.length, failure);
      })
      .finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
    return sending;
  }

  /** From now on each batch is tried once. */
  stopRetrying(): void {
    this.#isClosing = true;
  }

  /** Aborts running requests. */
  abort(): void {
    this.#abort.abort();
  }

  async ended(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /**
   * Sends a batch.
   *
   * @returns why the spans are lost; null: they were accepted.
   */
  async #send(spans: readonly EndedSpan[]): Promise<string | null> {
    const { url, headers, protocol } = this.#settings;
    const { type, encode } = ENCODERS[protocol];
    const body = encode(this.#resource, spans);
    for (let index = 1; ; index += 1) {
      const outcome = await this.#deps.http.send({
        method: 'POST',
        url,
        headers: { ...headers, 'content-type': type },
        body,
        timeoutMs: TIMEOUT_MS,
        signal: this.#abort.signal,
      });
      if (outcome.kind === 'answer' && outcome.status < 300) return null;
      const isTemporary = outcome.kind === 'failed' || TEMPORARY_STATUSES.has(outcome.status);
      if (!isTemporary || index === TRIES_MAX || this.#isClosing) {
        return outcome.kind === 'answer' ? `status ${outcome.status}` : outcome.reason;
      }
      await Promise.race([this.#deps.wait(FIRST_WAIT_MS * 2 ** (index - 1)), this.#aborted]);
    }
  }
}

/** Converts a span for export; one without a trace has no parent. */
function endedSpan(traced: TracedSpan, traceId: string): EndedSpan {
  const { name, kind, parent, beganMs, attributes } = traced;
  const hasParent = parent !== undefined && traced.trace !== null;
  return {
    traceId,
    spanId: traced.id === undefined ? randomHex(8) : spanIdOf(traced.id),
    parentSpanId: hasParent ? spanIdOf(parent) : null,
    name,
    kind,
    beganMs,
    endedMs: Math.max(beganMs, traced.endedMs),
    failed: traced.failed === true,
    attributes,
  };
}

/**
 * OpenTelemetry's `traceidratio` sampler: every process, and every other program with this share,
 * decides in the same way.
 */
function isSampled(traceId: string, share: number): boolean {
  if (share >= 1) return true;
  const folded = (traceId.match(/.{8}/g) ?? []).reduce(
    (sum, part) => (sum ^ Number.parseInt(part, 16)) >>> 0,
    0,
  );
  return folded < Math.floor(share * 0xffff_ffff);
}

function randomHex(length: number): string {
  return Buffer.from(systemRandom(length)).toString('hex');
}

/** Returns a trace's id in hex, derived from the UUID with which it begins. */
export function traceIdOf(uuid: string): string {
  return uuid.replaceAll('-', '').toLowerCase();
}

/** Returns a span's id in hex: the random half of the UUID of the object it created. */
export function spanIdOf(uuid: string): string {
  return traceIdOf(uuid).slice(16);
}
