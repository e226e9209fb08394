import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { compileMapping, formatProblem, type Mapping, readFact } from '../normalization/index.ts';
import { manualClock } from '../platform/clock.ts';
import { createHttpClient } from '../platform/net/http-client.ts';
import type {
  Acknowledgement,
  CarrierAdapter,
  CarrierReport,
  WebhookRequest,
} from './contract/contract.ts';
import type { CarrierSession, Credentials, TrackOutcome } from './contract/pull.ts';
import {
  type CallReport,
  createPace,
  createSession,
  createTokenCache,
  paceWindows,
} from './index.ts';
import {
  type RunningSandbox,
  type SandboxCarrier,
  sandboxClock,
  startSandbox,
} from './sandbox-kit/index.ts';

/** A carrier's sandbox on loopback, with the carrier's own adapter as its client. */
export interface SandboxBench {
  readonly sandbox: RunningSandbox;
  /** What was reported to the circuit breaker, in order. */
  readonly reports: readonly CallReport[];
  session(credentials?: Credentials): CarrierSession;
  /** Pulls with the adapter, in a new session unless one is given. */
  track(numbers: readonly string[], session?: CarrierSession): Promise<readonly TrackOutcome[]>;
  /** Returns the outcome for one number. */
  trackOne(number: string): Promise<TrackOutcome>;
  /** Returns the first number that follows the scenario; throws when there is none. */
  numberOf(scenario: string): string;
  /** Returns the statuses of a scenario that has reached its end, without repeats. */
  playedOut(scenario: string): Promise<readonly string[] | string>;
  /** Returns the reports of the carrier's own parser for a number's answer. */
  reportsOf(number: string): Promise<readonly CarrierReport[]>;
  /** Reads statuses by the shipped mapping, in the order of local time; `none` is left out. */
  statuses(text: string, kind?: 'track' | 'webhook'): readonly string[];
  /** Opens a hook on loopback; `answer` decides the response to each post. */
  listen(answer?: (request: WebhookRequest) => Acknowledgement | number): Promise<TestHook>;
  close(): Promise<void>;
}

export interface TestHook {
  readonly url: string;
  readonly webhooks: readonly WebhookRequest[];
}

/** A Wednesday in spring, at noon in Berlin. */
const BENCH_START_MS = Date.UTC(2026, 3, 15, 10);

/**
 * Opens a bench that uses real HTTP. Its time is the sandbox's: it stands still, and waiting
 * advances it. `rates: []` allows a test any number of calls.
 */
export async function openBench(
  adapter: CarrierAdapter,
  carrier: SandboxCarrier,
  options: { readonly rates?: SandboxCarrier['rates'] } = {},
): Promise<SandboxBench> {
  const { name } = carrier;
  const clock = sandboxClock(manualClock(BENCH_START_MS), { speed: 0 });
  const { rates } = options;
  const sandbox = await startSandbox({
    carriers: [carrier],
    clock,
    ...(rates === undefined ? {} : { rates: { [name]: rates } }),
  });
  const http = createHttpClient();
  const wait = async (ms: number) => sandbox.advance(ms);
  const tokens = createTokenCache(clock, wait);
  const reports: CallReport[] = [];
  const closers: (() => Promise<void>)[] = [];
  let ids = 0;

  const session = (credentials: Credentials = carrier.credentials) =>
    createSession({
      accountId: `account-${Object.values(credentials).join(' ')}`,
      adapter,
      credentials,
      origin: `${sandbox.origin}/${name}`,
      http,
      tokens,
      clock,
      randomBytes: (length) => {
        ids += 1;
        return new Uint8Array(length).fill(ids % 256);
      },
      debit: async () => ({ ok: true }),
      breaker: { allows: () => ({ ok: true }), report: (report) => void reports.push(report) },
      pace: createPace(paceWindows(adapter.manifest.limits), clock, wait),
    });

  async function track(numbers: readonly string[], given = session()) {
    return (await adapter.track?.(numbers, given)) ?? [];
  }

  async function trackOne(number: string) {
    const [outcome] = await track([number]);
    if (outcome === undefined) throw new Error('no outcome');
    return outcome;
  }

  return {
    sandbox,
    reports,
    session,
    track,
    trackOne,
    ...readings(adapter, carrier, trackOne),
    async listen(answer = () => 200) {
      const hook = await openTestHook(answer);
      closers.push(hook.close);
      return hook;
    },
    async close() {
      http.close();
      for (const close of closers.reverse()) await close();
      await sandbox.stop();
    },
  };
}

/** Opens a hook on loopback; `answer` decides the response to each post. */
export async function openTestHook(
  answer: (request: WebhookRequest) => Acknowledgement | number = () => 200,
): Promise<TestHook & { close(): Promise<void> }> {
  const webhooks: WebhookRequest[] = [];
  const server = createServer((request, response) => {
    void readRequest(request).then((read) => {
      webhooks.push(read);
      const said = answer(read);
      if (typeof said === 'number') response.writeHead(said).end();
      else response.writeHead(said.status, said.headers).end(said.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    webhooks,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Functions that read the carrier's answers, by its parser and the shipped mapping. */
function readings(
  adapter: CarrierAdapter,
  carrier: SandboxCarrier,
  trackOne: SandboxBench['trackOne'],
): Pick<SandboxBench, 'numberOf' | 'playedOut' | 'reportsOf' | 'statuses'> {
  const mapping = mappingOf(adapter);

  function numberOf(scenario: string): string {
    const number = carrier.scenarios.find(({ name }) => name === scenario)?.numbers[0];
    if (number === undefined) throw new Error(`no scenario ${scenario}`);
    return number;
  }

  function statuses(text: string, kind: 'track' | 'webhook' = 'track'): readonly string[] {
    const read = adapter.parse({ text, kind });
    if (read.outcome !== 'reports') return [`${read.outcome}: ${read.reason}`];
    return read.reports.flatMap(({ facts }) =>
      [...facts]
        .sort((a, b) => ((a.time.local ?? '') < (b.time.local ?? '') ? -1 : 1))
        .map((fact) => readFact(mapping, fact))
        .map(({ status, known }) => (known ? status : `unknown ${status}`))
        .filter((status) => status !== 'none'),
    );
  }

  return {
    numberOf,
    statuses,
    async playedOut(scenario) {
      const outcome = await trackOne(numberOf(scenario));
      if (outcome.outcome !== 'answer') return outcome.outcome;
      return statuses(outcome.text).filter((status, i, all) => status !== all[i - 1]);
    },
    async reportsOf(number) {
      const outcome = await trackOne(number);
      if (outcome.outcome !== 'answer') throw new Error(outcome.outcome);
      const read = adapter.parse({ text: outcome.text, kind: 'track' });
      if (read.outcome !== 'reports') throw new Error(read.reason);
      return read.reports;
    },
  };
}

async function readRequest(request: IncomingMessage): Promise<WebhookRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat()[0]]),
  );
  return { headers, rawBody: new Uint8Array(Buffer.concat(chunks)) };
}

/**
 * Compiled mappings, cached because the largest has over a thousand rules, and tests of its own.
 */
const compiled = new Map<string, Mapping>();

function mappingOf({ manifest }: CarrierAdapter): Mapping {
  const known = compiled.get(manifest.name);
  if (known !== undefined) return known;
  const name = `${manifest.name}.yaml`;
  const path = fileURLToPath(new URL(`../../config/carrier-mappings/${name}`, import.meta.url));
  const outcome = compileMapping(readFileSync(path, 'utf8'), name, manifest);
  if (!outcome.ok) throw new Error(outcome.problems.map(formatProblem).join('\n'));
  compiled.set(manifest.name, outcome.mapping);
  return outcome.mapping;
}
