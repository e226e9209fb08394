import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  Acknowledgement,
  BridgeDesk,
  BridgedParcel,
  CarrierAdapter,
  CarrierSession,
  Credentials,
  TrackOutcome,
  WebhookRequest,
} from 'waybill/adapter';
import {
  createHttpClient,
  createPace,
  createSession,
  createTokenCache,
  manualClock,
} from 'waybill/adapter/kit';
import {
  type RateLimit,
  type RunningSandbox,
  type SandboxCarrier,
  sandboxClock,
  startSandbox,
} from 'waybill/adapter/sandbox';

/**
 * A carrier's sandbox on loopback with its adapter as the client, and a hook that receives pushes.
 */
export interface SandboxBench {
  readonly sandbox: RunningSandbox;
  readonly session: CarrierSession;
  readonly hook: { readonly url: string; readonly pushes: readonly ReceivedPush[] };
  /** Pulls numbers; with a bridge, those that were not registered yet are registered first. */
  track(numbers: readonly string[]): Promise<readonly TrackOutcome[]>;
  /** Registers numbers with a bridge, unless that succeeded before. With a carrier, does nothing. */
  register(numbers: readonly string[]): Promise<void>;
}

export interface ReceivedPush {
  readonly request: WebhookRequest;
  /** When it arrived, by the sandbox's clock. */
  readonly atMs: number;
}

/** A Wednesday in spring, at noon in Berlin. */
const START_MS = Date.UTC(2026, 3, 15, 10);
/** Time limit: everything is on this machine, however busy that is. */
const TIMEOUT_MS = 20_000;
/** Limit of a push's body; no carrier's is longer. */
const PUSH_BYTES_MAX = 1 << 20;

export interface SandboxBenchOptions {
  /**
   * The limits of calls; absent: none. Most checks are not about limits, which would only slow them
   * down.
   */
  readonly rates?: readonly RateLimit[];
  /** How many parcels a bridge registers; absent: as many as it says. */
  readonly quota?: number;
  /** Time limit of a call. */
  readonly timeoutMs?: number;
}

/** Opens a sandbox for work and closes it, whatever the result. */
export async function withSandbox<T>(
  adapter: CarrierAdapter,
  carrier: SandboxCarrier,
  work: (bench: SandboxBench) => Promise<T>,
  { rates = [], quota, timeoutMs = TIMEOUT_MS }: SandboxBenchOptions = {},
): Promise<T> {
  const { access, webhook } = adapter;
  const clock = sandboxClock(manualClock(START_MS), { speed: 0 });
  const limits = { [carrier.name]: rates };
  const sandbox = await startSandbox({
    carriers: [carrier],
    clock,
    rates: limits,
    ...(quota === undefined ? {} : { quotas: { [carrier.name]: quota } }),
  });
  const http = createHttpClient({ timeoutMs });
  const wait = async (ms: number): Promise<void> => sandbox.advance(ms);
  const credentials: Credentials = carrier.credentials;
  let ids = 0;
  const registered = new Map<string, BridgedParcel>();
  const called = createSession({
    accountId: 'conformance',
    adapter: access === undefined ? adapter : { manifest: adapter.manifest, access },
    credentials,
    origin: `${sandbox.origin}/${carrier.name}`,
    http,
    timeoutMs,
    tokens: createTokenCache(clock, wait),
    clock,
    randomBytes: (length) => {
      ids += 1;
      return new Uint8Array(length).fill(ids % 256);
    },
    debit: async () => ({ ok: true }),
    breaker: { allows: () => ({ ok: true }), report() {} },
    pace: createPace([], clock, wait),
  });
  const session: CarrierSession = {
    ...called,
    parcelOf: (number) => registered.get(number) ?? bridgedParcels([number], carrier)[0] ?? null,
  };
  const register = async (numbers: readonly string[]): Promise<void> => {
    const parcels = bridgedParcels(
      numbers.filter((number) => !registered.has(number)),
      carrier,
    );
    if (adapter.bridge === undefined) return;
    for (const parcel of await registerAll(adapter.bridge, parcels, session)) {
      registered.set(parcel.trackingNumber, parcel);
    }
  };
  const hook = await startHook(clock.nowMs, (request) => webhook?.acknowledge?.(request));
  try {
    return await work({
      sandbox,
      session,
      hook,
      register,
      async track(numbers) {
        await register(numbers);
        return (await adapter.track?.(numbers, session)) ?? [];
      },
    });
  } finally {
    http.close();
    await hook.close();
    await sandbox.stop();
  }
}

/** Numbers of the sandbox as parcels that are to be registered. */
export function bridgedParcels(
  numbers: readonly string[],
  { bridge }: SandboxCarrier,
): readonly BridgedParcel[] {
  return numbers.map((trackingNumber) => ({
    trackingNumber,
    carrierCode: bridge?.carrierCode ?? null,
    reference: null,
    postalCode: null,
  }));
}

/** Registers parcels in calls as large as allowed; returns those that are registered. */
async function registerAll(
  { register, parcelsPerCall }: BridgeDesk,
  parcels: readonly BridgedParcel[],
  session: CarrierSession,
): Promise<readonly BridgedParcel[]> {
  const done: BridgedParcel[] = [];
  for (let at = 0; at < parcels.length; at += parcelsPerCall) {
    const outcomes = await register(parcels.slice(at, at + parcelsPerCall), session);
    for (const outcome of outcomes) {
      const parcel = parcels.find((each) => each.trackingNumber === outcome.trackingNumber);
      if (parcel === undefined || outcome.outcome !== 'registered') continue;
      done.push({ ...parcel, reference: outcome.reference });
    }
  }
  return done;
}

/** Starts a server that records pushes and answers them as the adapter would. */
async function startHook(
  nowMs: () => number,
  answer: (request: WebhookRequest) => Acknowledgement | undefined,
) {
  const pushes: ReceivedPush[] = [];
  const server = createServer((request, response) => {
    readRequest(request).then(
      (read) => {
        pushes.push({ request: read, atMs: nowMs() });
        const { status = 200, headers = {}, body = '' } = answer(read) ?? {};
        response.writeHead(status, headers).end(body);
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    pushes,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function readRequest(request: IncomingMessage): Promise<WebhookRequest> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > PUSH_BYTES_MAX) throw new Error('a push that is too large');
    chunks.push(chunk);
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat()[0]]),
  );
  return { headers, rawBody: new Uint8Array(Buffer.concat(chunks)) };
}
