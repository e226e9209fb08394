import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { PUSH_SECRET, pushHeaders } from '../test/support/fedex-push.ts';
import { newDataFolder, removeDataFolder, startHub } from '../test/support/hubs/hub-process.ts';
import { isShort, say } from './figures/report.ts';

/**
 * Lets a thousand senders at once each announce 1 MB and send it slowly: first without a signature,
 * then with one that is forged. Measures the hub's memory and the latency of `/healthz` meanwhile.
 * Before headers were judged first: +947 MB and 12.8 s.
 */
const SENDERS = isShort() ? 200 : 1_000;
const BODY_BYTES = 1_000_000;
/** The size of a piece; each sender sends 16 kB a second until the connection ends. */
const PIECE_BYTES = 4_096;
const PIECE_EVERY_MS = 250;
const FLOOD_MS = isShort() ? 3_000 : 12_000;
const CHECK_EVERY_MS = 50;
const SETTLE_MS = 3_000;
const PAGE_BYTES = 4_096;
const MB = 1_000_000;

const WATCH = `
const { parentPort, workerData } = require('node:worker_threads');
const tookMs = [];
let stopped = false;
parentPort.on('message', () => { stopped = true; });
(async () => {
  while (!stopped) {
    const askedAt = performance.now();
    await (await fetch(new URL('/healthz', workerData))).text();
    tookMs.push(performance.now() - askedAt);
    await new Promise((resolve) => setTimeout(resolve, ${CHECK_EVERY_MS}));
  }
  parentPort.postMessage(tookMs);
  parentPort.close();
})();
`;

const data = newDataFolder();
const hub = await startHub(data, { WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET });
try {
  const forged = pushHeaders('another body', 'not the secret');
  await pause(SETTLE_MS);
  const figures = {
    unsigned: await flood({}),
    forged: await flood(forged),
  };
  process.stdout.write(
    `${JSON.stringify({ bench: 'slow-senders', senders: SENDERS, ...figures })}\n`,
  );
} finally {
  await hub.stop();
  removeDataFolder(data);
}

async function flood(headers: Readonly<Record<string, string>>) {
  const before = rssBytes();
  let peak = before;
  const healthBefore = watchHealth();
  await pause(SETTLE_MS);
  const beforeMs = await healthBefore.stop();
  const health = watchHealth();
  const answers: Record<string, number> = {};
  const answeredMs: number[] = [];
  const endAt = performance.now() + FLOOD_MS;
  const senders = Array.from({ length: SENDERS }, () =>
    send(headers, endAt, (status, tookMs) => {
      answers[status] = (answers[status] ?? 0) + 1;
      answeredMs.push(tookMs);
    }),
  );
  while (performance.now() < endAt) {
    peak = Math.max(peak, rssBytes());
    await pause(CHECK_EVERY_MS);
  }
  await Promise.all(senders);
  const healthMs = await health.stop();
  const figures = {
    answers,
    answered_p99_ms: p99(answeredMs),
    rss_mb_before: Math.round(before / MB),
    rss_mb_peak: Math.round(peak / MB),
    healthz_p99_ms_before: p99(beforeMs),
    healthz_p99_ms: p99(healthMs),
    healthz_max_ms: Math.round(Math.max(...healthMs)),
  };
  say(JSON.stringify(figures));
  return figures;
}

/** Sends a body in pieces, regardless of the answer, until the connection or the time ends. */
async function send(
  headers: Readonly<Record<string, string>>,
  endAt: number,
  onAnswer: (status: string, tookMs: number) => void,
): Promise<void> {
  const socket = connect(Number(hub.url.port), hub.url.hostname);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const startedAt = performance.now();
  socket.on('error', () => {});
  socket.once('data', (bytes) => {
    onAnswer(String(bytes).slice(9, 12), performance.now() - startedAt);
  });
  const lines = Object.entries({ ...headers, 'content-length': BODY_BYTES });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`POST /webhooks/carrier/fedex HTTP/1.1\r\nhost: hub\r\n${head}\r\n`);
  const piece = Buffer.alloc(PIECE_BYTES, 'x');
  for (let sent = 0; sent + PIECE_BYTES < BODY_BYTES && !socket.destroyed; sent += PIECE_BYTES) {
    if (performance.now() > endAt) break;
    socket.write(piece);
    await pause(PIECE_EVERY_MS);
  }
  socket.destroy();
  await closed;
}

/** Polls `/healthz` from a thread of its own: a thousand senders keep this one busy. */
function watchHealth(): { stop(): Promise<readonly number[]> } {
  const watcher = new Worker(WATCH, { eval: true, execArgv: [], workerData: hub.url.href });
  return {
    async stop() {
      watcher.postMessage('stop');
      const [tookMs] = await once(watcher, 'message');
      return tookMs;
    },
  };
}

/** The resident memory of the process that answers, in bytes. */
function rssBytes(): number {
  return Number(readFileSync(`/proc/${hub.child.pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
}

function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0);
}
