import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startTestPostgres } from '../../src/platform/test-postgres.ts';
import { parcelNumber } from '../../test/support/fedex-push.ts';
import { pssMb, shareOfMemory } from '../figures/proportional-memory.ts';
import { isShort, median, report, say } from '../figures/report.ts';
import { load } from '../load/http-load.ts';
import type { Contender, RunningContender } from './contender.ts';
import { karrio } from './karrio.ts';
import { POLL_EVERY_MS, poller, relay } from './scripts.ts';
import { waybill } from './waybill.ts';

/**
 * Measures Waybill beside Karrio and the two scripts that shops write first, one after the other on
 * one machine and the same PostgreSQL settings (fsync on), and prints a table with the date: start,
 * memory, size, how soon a delivery is visible by API and reaches the shop's endpoint, and how many
 * pushes are accepted in a flood.
 */
const PARCELS = isShort() ? 20 : 100;
const STEADY_PER_S = 5;
const FLOOD_MS = isShort() ? 2_000 : 10_000;
const FLOOD_CONNECTIONS = 16;
const MEMORY_AFTER_MS = isShort() ? 2_000 : 60_000;
const POLL_MS = 10;
const WAIT_MS_MAX = 2 * POLL_EVERY_MS;

const CONTENDERS: readonly Contender[] = [waybill, karrio, relay, poller];
const numbers = Array.from({ length: PARCELS }, (_, n) => parcelNumber(n));

/** Milliseconds of each parcel whose delivery was seen; one that took too long is missing. */
interface Delays {
  readonly acknowledgedMs: readonly number[];
  readonly visibleMs: readonly number[];
  readonly notifiedMs: readonly number[];
}

interface Figures {
  readonly name: string;
  readonly readyMs: number;
  readonly memoryMb: number;
  readonly installedMb: number | null;
  readonly delays: Delays;
  readonly flood: {
    readonly perS: number;
    readonly p99Ms: number;
    readonly refused: number;
  } | null;
}

/** When the shop's endpoint received the first webhook about each delivery. */
const deliveredAt = new Map<string, number>();
const endpoint = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  response.end();
  const isDelivery = /delivered|"eventType":"DL"/.test(body);
  const number = /"tracking_?number": ?"(\d+)"/i.exec(body)?.[1];
  if (!isDelivery || number === undefined || deliveredAt.has(number)) return;
  deliveredAt.set(number, performance.now());
}).listen(0, '127.0.0.1');
await new Promise((resolve) => endpoint.once('listening', resolve));
const { port } = endpoint.address() as AddressInfo;

const figures: (Figures | { readonly name: string; readonly whyNot: string })[] = [];
for (const contender of CONTENDERS) {
  say(`${contender.name} …`);
  figures.push(await measure(contender));
}
endpoint.closeAllConnections();
endpoint.close();
printTable();

async function measure(contender: Contender): Promise<(typeof figures)[number]> {
  const { name } = contender;
  const folder = mkdtempSync(join(tmpdir(), 'waybill-peer-'));
  const postgres = await startTestPostgres({ durable: true });
  deliveredAt.clear();
  try {
    const databaseUrl = await newDatabase(postgres.url);
    const running = await contender.start({
      databaseUrl,
      shop: new URL(`http://127.0.0.1:${port}/hook`),
      numbers,
      folder,
    });
    if (typeof running === 'string') return { name, whyNot: running };
    try {
      await pause(MEMORY_AFTER_MS);
      const pids = running.ownsDatabase ? running.pids : [...running.pids, postgres.pid()];
      const memoryMb = pssMb(pids.flatMap(shareOfMemory));
      const delays = await deliver(running);
      return {
        name,
        readyMs: Math.round(running.readyMs),
        memoryMb,
        installedMb: running.installedMb,
        delays,
        flood: await floodOf(running),
      };
    } finally {
      await running.stop();
    }
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

async function newDatabase(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('create database peer');
  await client.end();
  return url.replace(/\/\w+\?/, '/peer?');
}

/** Delivers one parcel after the other at a steady rate, and waits until each was seen. */
async function deliver(running: RunningContender): Promise<Delays> {
  const acknowledgedMs: number[] = [];
  const visibleMs: number[] = [];
  const notifiedMs: number[] = [];
  const one = async (n: number): Promise<void> => {
    const from = performance.now();
    const number = numbers[n] ?? '';
    let isAnswered = false;
    running.carrierSays?.(n, 'delivered');
    if (running.pushes !== null) {
      const { url, push } = running.pushes;
      const { p50Ms, statuses } = await load({
        host: url.hostname,
        port: Number(url.port),
        connections: 1,
        durationMs: WAIT_MS_MAX,
        ratePerS: null,
        isOver: () => isAnswered,
        answered: () => {
          isAnswered = true;
        },
        request: () => push(n, 'delivered'),
      });
      if (statuses[200] === undefined && statuses[202] === undefined) {
        throw new Error(`a push was answered with ${JSON.stringify(statuses)}`);
      }
      acknowledgedMs.push(p50Ms);
    }
    let visible = running.isDelivered === null;
    let notified = false;
    while (!(visible && notified) && performance.now() - from < WAIT_MS_MAX) {
      if (!visible && (await running.isDelivered?.(n)) === true) {
        visibleMs.push(performance.now() - from);
        visible = true;
      }
      const at = deliveredAt.get(number);
      if (at !== undefined && !notified) {
        notifiedMs.push(at - from);
        notified = true;
      }
      await pause(POLL_MS);
    }
  };
  const all: Promise<void>[] = [];
  for (let n = 0; n < PARCELS; n += 1) {
    all.push(one(n));
    await pause(1_000 / STEADY_PER_S);
  }
  await Promise.all(all);
  return { acknowledgedMs, visibleMs, notifiedMs };
}

async function floodOf(running: RunningContender): Promise<Figures['flood']> {
  if (running.pushes === null) return null;
  const { url, push } = running.pushes;
  const { requests, perS, p99Ms, statuses } = await load({
    host: url.hostname,
    port: Number(url.port),
    connections: FLOOD_CONNECTIONS,
    durationMs: FLOOD_MS,
    ratePerS: null,
    request: (n) => push(PARCELS + n, 'in_transit'),
  });
  const accepted = (statuses[200] ?? 0) + (statuses[202] ?? 0);
  return { perS, p99Ms, refused: requests - accepted };
}

function printTable(): void {
  const ms = (values: readonly number[]): string =>
    values.length === 0 ? '–' : `${Math.round(median(values))} / ${Math.round(last(values))} ms`;
  const last = (values: readonly number[]): number =>
    [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;
  const rows = figures.map((one) => {
    if ('whyNot' in one) return `| ${one.name} | not measured: ${one.whyNot} |`;
    const { name, readyMs, memoryMb, installedMb, delays, flood } = one;
    return `| ${[
      name,
      `${(readyMs / 1_000).toFixed(1)} s`,
      `${memoryMb} MiB`,
      installedMb === null ? '–' : `${installedMb} MiB`,
      ms(delays.acknowledgedMs),
      ms(delays.visibleMs),
      ms(delays.notifiedMs),
      flood === null ? '–' : `${flood.perS}/s, p99 ${Math.round(flood.p99Ms)} ms`,
    ].join(' | ')} |`;
  });
  say(
    `\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`,
  );
  say(
    '| | start | memory (PSS) | installed | push answered, p50 / p99 | status visible | shop notified | flood |',
  );
  say('|---|---|---|---|---|---|---|---|');
  for (const row of rows) say(row);
  const ofWaybill = figures.find((one) => one.name === waybill.name);
  const ofPeer = figures.find((one) => one.name === karrio.name);
  if (ofWaybill === undefined || 'whyNot' in ofWaybill) return;
  const perS = (one: typeof ofPeer) =>
    one === undefined || 'whyNot' in one ? 0 : (one.flood?.perS ?? 0);
  report({
    bench: 'peers',
    value: perS(ofWaybill),
    unit: 'pushes/s accepted',
    baseline: perS(ofPeer),
    p50_ms: Math.round(median(ofWaybill.delays.visibleMs)),
    p99_ms: Math.round(last(ofWaybill.delays.visibleMs)),
    conditions: { baseline_is: karrio.name, parcels: PARCELS, figures },
  });
}
