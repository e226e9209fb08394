import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { ALL_OBSERVATIONS } from '../../src/tracking/test-observations.ts';
import { fedexPush, minuteScan, parcelNumber, pushHeaders } from '../../test/support/fedex-push.ts';

/** Pushes that carriers sent to one address, whichever process served it. */
export interface Pushed {
  readonly acknowledged: number;
  /** Attempts without an answer, which the carrier repeated: nobody listened. */
  readonly resent: number;
  /** Answers that were no 200, by status and step of the upgrade. */
  readonly refused: Readonly<Record<string, number>>;
  /** Pushes that the carrier gave up. */
  readonly givenUp: number;
  /** The longest time in which none was acknowledged. */
  readonly longestWithoutS: number;
}

export interface Pushing {
  /** Names the step of the upgrade that begins. */
  step(name: string): void;
  /** Sends no new ones; resolves when all are answered. */
  stop(): Promise<Pushed>;
  /** The acknowledged ones that are in no timeline. */
  lost(db: pg.Client): Promise<readonly string[]>;
}

/** Later than the scans of the loaded histories. */
const FIRST_MINUTE = 10_000;
const SINCE = minuteScan(FIRST_MINUTE).date.slice(0, 10);
/** Carriers wait longer; a short time shows more of a gap. */
const AGAIN_MS = 500;
const ATTEMPTS_MAX = 240;
const ANSWER_MS_MAX = 10_000;
const CONNECTIONS_MAX = 64;
const TICK_MS = 5;

/** Pushes at a steady rate, each another scan of one of the loaded parcels. */
export function startPushing(url: URL, parcels: number, perS: number): Pushing {
  const acknowledged = new Set<string>();
  const refused: Record<string, number> = {};
  let [resent, givenUp, longestMs] = [0, 0, 0];
  let lastMs = performance.now();
  let isStopping = false;
  let step = 'before';
  const open = new Set<Promise<void>>();
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });

  const deliver = async (n: number): Promise<void> => {
    const scan = minuteScan(FIRST_MINUTE + n);
    const number = parcelNumber(n % parcels);
    const body = fedexPush({ number, scans: [scan] });
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const { status, againMs } = await push(agent, url, body);
      if (status === 200) {
        const nowMs = performance.now();
        longestMs = Math.max(longestMs, nowMs - lastMs);
        lastMs = nowMs;
        acknowledged.add(keyOf(number, scan.date));
        return;
      }
      if (status === null) resent += 1;
      else {
        const key = `${status} ${step}`;
        refused[key] = (refused[key] ?? 0) + 1;
      }
      await pause(againMs);
    }
    givenUp += 1;
  };
  const work = (async () => {
    const startedMs = performance.now();
    for (let n = 0; !isStopping; ) {
      for (; n < ((performance.now() - startedMs) * perS) / 1_000; n += 1) {
        const one = deliver(n);
        open.add(one);
        void one.then(() => open.delete(one));
      }
      await pause(TICK_MS);
    }
  })();
  return {
    step(name) {
      step = name;
    },
    async stop() {
      isStopping = true;
      await work;
      await Promise.all(open);
      agent.destroy();
      const longestWithoutS = Math.round(longestMs / 100) / 10;
      return { acknowledged: acknowledged.size, resent, refused, givenUp, longestWithoutS };
    },
    async lost(db) {
      const { rows } = await db.query<{ number: string; local: string }>(
        `select s.tracking_number as number, o.local
         from ${ALL_OBSERVATIONS} o join shipments s on s.id = o.shipment_id where o.local >= $1`,
        [SINCE],
      );
      const stored = new Set(rows.map(({ number, local }) => keyOf(number, local)));
      return [...acknowledged].filter((key) => !stored.has(key));
    },
  };
}

function keyOf(number: string, local: string): string {
  return `${number} ${local.slice(0, 19)}`;
}

interface Answer {
  /** Null without an answer, which promises nothing. */
  readonly status: number | null;
  /** When the carrier tries again. */
  readonly againMs: number;
}

function push(agent: Agent, url: URL, body: string): Promise<Answer> {
  return new Promise((resolve) => {
    const headers = { ...pushHeaders(body), 'content-length': Buffer.byteLength(body) };
    const at = new URL('/webhooks/carrier/fedex', url);
    const sent = request(at, { agent, method: 'POST', headers, timeout: ANSWER_MS_MAX });
    sent.once('response', (response) => {
      const { statusCode: status = null, headers } = response;
      const againMs = Number(headers['retry-after'] ?? 0) * 1_000 || AGAIN_MS;
      response.resume().once('close', () => resolve({ status, againMs }));
    });
    sent.once('timeout', () => sent.destroy());
    sent.once('error', () => resolve({ status: null, againMs: AGAIN_MS }));
    sent.end(body);
  });
}

/** Watches `/readyz` at an address; returns the longest time without readiness, in seconds. */
export function watchReadiness(url: URL, everyMs: number): { stop(): Promise<number> } {
  let isStopping = false;
  let longestMs = 0;
  let lastMs = performance.now();
  const work = (async () => {
    while (!isStopping) {
      const response = await fetch(new URL('/readyz', url), {
        headers: { connection: 'close' },
      }).catch(() => null);
      await response?.arrayBuffer().catch(() => null);
      const nowMs = performance.now();
      longestMs = Math.max(longestMs, nowMs - lastMs);
      if (response?.status === 200) lastMs = nowMs;
      await pause(everyMs);
    }
  })();
  return {
    async stop() {
      isStopping = true;
      await work;
      return Math.round(longestMs / 100) / 10;
    },
  };
}
