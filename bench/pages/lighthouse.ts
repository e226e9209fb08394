import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import { CHROMIUM, HAS_CHROMIUM } from '../../test/e2e/tracking-page-browser.ts';
import { parcelNumber } from '../../test/support/fedex-push.ts';
import {
  callApi,
  newDataFolder,
  removeDataFolder,
  startHub,
} from '../../test/support/hubs/hub-process.ts';
import { fillDesk } from '../desk/fill.ts';
import { seeded, wantedIn } from '../dispatch/town.ts';
import { isShort, median, report, say } from '../figures/report.ts';
import { loadHistories } from '../load/bulk-history.ts';
import { connect, loadShipments } from '../load/bulk-load.ts';
import { deskCookie } from './desk-cookie.ts';

/**
 * Measures the tracking page, the desk and the docs with Lighthouse, on a simulated phone (a slow
 * one on a slow connection): each page several times, and the median counts. npx downloads
 * Lighthouse when it is first needed, because it is much larger than everything else that the tests
 * need. The baseline is 95, below which a page has to be improved.
 */
const LIGHTHOUSE = 'lighthouse@12.8.2';
const WANTED = 95;
const TIMES = isShort() ? 1 : 3;
/** The paths named by the arguments, such as `-- /docs`; none: all below. */
const ONLY = process.argv.filter((each) => each.startsWith('/docs') || each.startsWith('/console'));
const PARCELS = 2_000;
/** Of couriers' board, as at a quiet hour. */
const DELIVERIES = 6;
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const;
/** Time limit, far longer than one page takes. */
const TIMEOUT_MS = 240_000;

interface Figures {
  readonly scores: Readonly<Record<(typeof CATEGORIES)[number], number>>;
  readonly lcpMs: number;
  readonly kib: number;
  /** The audits that cost points, by their name in Lighthouse. */
  readonly faults: readonly string[];
}

if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
  process.exit(0);
}
const data = newDataFolder();
const hub = await startHub(data, { WAYBILL_PUBLIC_RATE: 'off', WAYBILL_SANDBOX: 'off' });
try {
  const url = urlOfRunningServer(data) ?? '';
  const [one, two] = [await connect(url), await connect(url)];
  await loadShipments(one, PARCELS);
  await loadHistories(one, two);
  const { rows } = await one.query<{ id: string }>('select id from merchants limit 1');
  await fillDesk(one, { merchantId: rows[0]?.id ?? '' }, PARCELS, () => {});
  const parcel = await one.query<{ id: string }>(
    'select id from shipments where tracking_number = $1',
    [parcelNumber(0)],
  );
  await Promise.all([one.end(), two.end()]);

  const pages = [
    ...[`/track/${parcelNumber(0)}`, '/console/sign-in', '/console', '/console/shipments'],
    ...[`/console/shipments/${parcel.rows[0]?.id}`, '/console/analytics', '/console/members'],
    ...['/console/messages', '/console/webhooks', '/console/deliveries', '/docs/errors'],
    ...['/docs', '/docs/api/shipments', '/docs/guides/merchants', '/docs/guides/benchmarks'],
    '/docs/search?q=webhook',
  ].filter((each) => ONLY.length === 0 || ONLY.includes(each));
  const folder = path.join(data, 'lighthouse');
  mkdirSync(folder, { recursive: true });
  const random = seeded(1);
  for (let count = 0; count < DELIVERIES; count += 1) {
    await callApi(hub.url, 'POST', '/v1/deliveries', wantedIn(random));
  }
  const member = await signedIn(hub.url);
  const figures: Record<string, Figures> = {};
  for (const page of pages) {
    const rounds: Figures[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      rounds.push(await measure(new URL(page, member).href, path.join(folder, 'report.json')));
    }
    const name = page.replace(/[0-9a-f-]{36}/, ':id').replace(parcelNumber(0), ':number');
    figures[name] = middle(rounds);
    say(`${name}: ${JSON.stringify(figures[name])}`);
  }
  const all = Object.values(figures);
  const worst = Math.min(...all.flatMap(({ scores }) => Object.values(scores)));
  report({
    bench: 'lighthouse',
    value: worst,
    unit: 'worst score of all pages',
    baseline: WANTED,
    p50_ms: median(all.map(({ lcpMs }) => lcpMs)),
    p99_ms: Math.max(...all.map(({ lcpMs }) => lcpMs)),
    conditions: {
      by: LIGHTHOUSE,
      phone: 'Lighthouse’s own',
      times: TIMES,
      cores: cpus().length,
      load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
      pages: figures,
    },
  });
  if (worst < WANTED) process.exitCode = 1;
} finally {
  await hub.stop();
  removeDataFolder(data);
}

/**
 * Passes requests on to the hub as those of a member. Lighthouse's own extra headers are missing
 * from requests of scripts once the page has set a cookie.
 */
async function signedIn(hubUrl: URL): Promise<URL> {
  const session = await deskCookie(hubUrl);
  const server = createServer((incoming, answer) => {
    const { method, url = '/', headers } = incoming;
    const cookie = [headers.cookie, session].filter(Boolean).join('; ');
    const outgoing = request(new URL(url, hubUrl), {
      method,
      headers: { ...headers, host: hubUrl.host, cookie },
    });
    outgoing.once('response', (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    outgoing.once('error', () => answer.destroy());
    answer.once('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  server.unref();
  return new URL(`http://127.0.0.1:${port}`);
}

/** Measures one page once, in a browser of its own. */
async function measure(url: string, output: string): Promise<Figures> {
  const args = [
    ...['--yes', LIGHTHOUSE, url, '--quiet', '--output=json', `--output-path=${output}`],
    `--only-categories=${CATEGORIES.join(',')}`,
    ...['--no-enable-error-reporting', '--chrome-flags=--headless=new --no-sandbox'],
  ];
  await new Promise<void>((resolve, reject) => {
    const child = spawn('npx', args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: TIMEOUT_MS,
      env: { ...process.env, CHROME_PATH: CHROMIUM },
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-2_000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`lighthouse ended with ${code} on ${url}: ${said}`));
    });
  });
  return figuresOf(JSON.parse(readFileSync(output, 'utf8')) as Report);
}

interface Report {
  readonly runtimeError?: { readonly message: string };
  readonly categories: Readonly<
    Record<
      (typeof CATEGORIES)[number],
      {
        readonly score: number | null;
        readonly auditRefs: readonly { readonly id: string; readonly weight: number }[];
      }
    >
  >;
  readonly audits: Readonly<
    Record<string, { readonly score: number | null; readonly numericValue?: number }>
  >;
}

function figuresOf({ runtimeError, categories, audits }: Report): Figures {
  if (runtimeError !== undefined) throw new Error(runtimeError.message);
  const scored = CATEGORIES.map(
    (name) => [name, Math.round((categories[name].score ?? 0) * 100)] as const,
  );
  const faults = CATEGORIES.flatMap((name) => categories[name].auditRefs)
    .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 0.9)
    .map(({ id }) => id);
  return {
    scores: Object.fromEntries(scored) as Figures['scores'],
    lcpMs: Math.round(audits['largest-contentful-paint']?.numericValue ?? 0),
    kib: Math.round((audits['total-byte-weight']?.numericValue ?? 0) / 1_024),
    faults: [...new Set(faults)],
  };
}

function middle(rounds: readonly Figures[]): Figures {
  const of = (value: (figures: Figures) => number) => median(rounds.map(value));
  return {
    scores: {
      performance: of(({ scores }) => scores.performance),
      accessibility: of(({ scores }) => scores.accessibility),
      'best-practices': of(({ scores }) => scores['best-practices']),
    },
    lcpMs: of(({ lcpMs }) => lcpMs),
    kib: of(({ kib }) => kib),
    faults: [...new Set(rounds.flatMap(({ faults }) => faults))],
  };
}
