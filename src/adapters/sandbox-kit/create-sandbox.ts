import type {
  CredentialState,
  FaultAnswer,
  RateLimit,
  SandboxAnswer,
  SandboxCarrier,
  SandboxRequest,
  Subscription,
} from './carrier.ts';
import type { SandboxClock } from './clock.ts';
import { createFaults, type Fault, type Faults } from './limits/faults.ts';
import {
  type CallBook,
  type CallFigures,
  createCallBook,
  type RateFigure,
} from './limits/rates.ts';
import { type DeliverPush, deliverOverHttp, type PushRecord } from './pushes/pushes.ts';
import type { RegisteredParcel } from './scenarios/parcels.ts';
import type { SandboxShop } from './shops/shop.ts';
import { createStation, type EventWanted, type ParcelWanted, type Station } from './station.ts';

export interface SandboxOptions {
  readonly carriers: readonly SandboxCarrier[];
  readonly clock: SandboxClock;
  /**
   * The seed of all randomness: with the same one, unknown numbers get the same scenarios. Absent:
   * `waybill`.
   */
  readonly seed?: string;
  /** Other limits than the carriers' own, by carrier. */
  readonly rates?: Readonly<Record<string, readonly RateLimit[]>>;
  /** Other quotas than the bridges' own, by bridge. */
  readonly quotas?: Readonly<Record<string, number>>;
  /**
   * `seeded`: an unregistered number follows a scenario chosen by the seed. Absent: `not_found`.
   */
  readonly unknownNumbers?: 'not_found' | 'seeded';
  /** Sends pushes; absent: over HTTP. */
  readonly deliver?: DeliverPush;
  /**
   * When the scenarios of magic numbers had ended, so that every process and every run shows the
   * same. Absent: an hour before each is first requested.
   */
  readonly settledBeforeMs?: number;
  /**
   * How many calls and pushes are recorded individually; beyond that, totals and peaks still count.
   * Absent: 100,000.
   */
  readonly recordsMax?: number;
}

/** A request as a client sends it, with the query still in the path. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  /** The headers, with names in any case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

/**
 * The answer, or how the connection fails. `dropped`: it ends without an answer. `hangs`: no answer
 * ever comes.
 */
export type SandboxReply =
  | { readonly kind: 'answer'; readonly answer: SandboxAnswer; readonly delayMs: number }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'hangs' };

/** A hook that is entered in the carrier's portal instead of being requested by its API. */
export interface PortalSubscription {
  readonly account: string;
  /**
   * The numbers of the subscription; null: all parcels of the account; empty: those that its API
   * adds.
   */
  readonly numbers: readonly string[] | null;
  readonly url: string;
  readonly secret: string;
  readonly header?: string | null | undefined;
}

export interface Sandbox {
  readonly clock: SandboxClock;
  readonly carriers: readonly SandboxCarrier[];
  readonly faults: Faults;
  readonly calls: CallBook;
  /** Calls a carrier without a socket. Throws for an unknown carrier. */
  ask(carrier: string, request: ReceivedRequest): SandboxReply;
  register(carrier: string, parcel: ParcelWanted): RegisteredParcel;
  remove(carrier: string, number: string): boolean;
  parcels(carrier: string): readonly RegisteredParcel[];
  addEvent(carrier: string, number: string, event: EventWanted): boolean;
  /** The people in a shop; null for a carrier. What they do is pushed by the next `pump`. */
  shop(carrier: string): SandboxShop | null;
  subscriptions(carrier: string): readonly Subscription[];
  /** Creates a subscription as a person does in the carrier's portal. */
  subscribe(carrier: string, wanted: PortalSubscription): Subscription;
  /** Ends all subscriptions early. */
  endSubscriptions(carrier: string): void;
  setCredentials(carrier: string, id: string, secret: string | null, state: CredentialState): void;
  expireTokens(carrier: string): void;
  tokensIssued(carrier: string): number;
  /** Returns the figures of each limit and account that has counted a call. */
  rateFigures(carrier: string): readonly RateFigure[];
  callFigures(carrier: string): CallFigures;
  /** The recorded pushes, the newest last. */
  pushes(carrier: string): readonly PushRecord[];
  /** When the next push is due; null: none is planned. */
  readonly nextPushMs: number | null;
  /** Sends the pushes that are due; resolves when they are sent. */
  pump(): Promise<void>;
  /** Advances the clock, stopping at each moment at which a push is due. */
  advance(byMs: number): Promise<void>;
}

const RECORDS_MAX = 100_000;
/** Maximum of steps in one pump; a scenario that never ends is a bug. */
const STEPS_MAX = 10_000_000;

export function createSandbox(options: SandboxOptions): Sandbox {
  return new CarrierSandbox(options);
}

class CarrierSandbox implements Sandbox {
  readonly clock: SandboxClock;
  readonly carriers: readonly SandboxCarrier[];
  readonly faults: Faults;
  readonly calls: CallBook;
  readonly #stations: ReadonlyMap<string, Station>;
  #records: PushRecord[] = [];
  #requested = 0;
  #pumping: Promise<void> | null = null;

  constructor(options: SandboxOptions) {
    const { carriers, clock, seed = 'waybill', recordsMax = RECORDS_MAX } = options;
    this.clock = clock;
    this.carriers = carriers;
    this.faults = createFaults(seed, clock.nowMs);
    this.calls = createCallBook(recordsMax);
    const recordPush = (push: PushRecord): void => {
      this.#records.push(push);
      if (this.#records.length > 2 * recordsMax) this.#records = this.#records.slice(-recordsMax);
    };
    this.#stations = new Map(
      carriers.map((carrier) => [
        carrier.name,
        createStation({
          carrier,
          seed,
          nowMs: clock.nowMs,
          rates: options.rates?.[carrier.name] ?? carrier.rates,
          quota: options.quotas?.[carrier.name] ?? carrier.bridge?.quota ?? null,
          faults: this.faults,
          deliver: options.deliver ?? deliverOverHttp,
          unknownNumbers: options.unknownNumbers ?? 'not_found',
          settledBeforeMs: options.settledBeforeMs ?? null,
          recordPush,
        }),
      ]),
    );
  }

  #station(name: string): Station {
    const found = this.#stations.get(name);
    if (found === undefined) throw new Error(`the sandbox has no carrier "${name}"`);
    return found;
  }

  ask(name: string, given: ReceivedRequest): SandboxReply {
    const station = this.#station(name);
    const { carrier } = station;
    const request = readRequest(given);
    const atMs = this.clock.nowMs();
    const account = carrier.accountOf(request, station.world());
    this.#requested += 1;
    const fault = (kind: Fault['kind']) =>
      this.faults.touching(kind, { carrier: name, account, nowMs: atMs }, this.#requested);
    const recordCall = (status: number | null, faultKind: string | null): void => {
      const { method, path } = request;
      const violation = station.takeViolation();
      this.calls.add({
        atMs,
        carrier: name,
        account,
        method,
        path,
        status,
        fault: faultKind,
        violation,
      });
    };

    const outage = fault('outage');
    if (outage !== null && (outage.how ?? 'unavailable') !== 'unavailable') {
      recordCall(null, 'outage');
      return { kind: outage.how === 'hangs' ? 'hangs' : 'dropped' };
    }
    const delayMs = fault('slow')?.delayMs ?? 0;
    const faulty = faultsOf(outage, fault)
      .map(([kind, how]) => ({ kind, answer: carrier.faultAnswer(how, request, station.world()) }))
      .find((each) => each.answer !== null);
    const answer = faulty?.answer ?? carrier.answer(request, station.world());
    recordCall(answer.status, faulty?.kind ?? (delayMs > 0 ? 'slow' : null));
    return { kind: 'answer', answer, delayMs };
  }

  async #pumpOnce(): Promise<void> {
    for (let steps = 0; steps < STEPS_MAX; steps += 1) {
      const dueMs = this.nextPushMs;
      const nowMs = this.clock.nowMs();
      if (dueMs === null || dueMs > nowMs) return;
      for (const { pushes } of this.#stations.values()) {
        if (pushes?.nextMs === dueMs) await pushes.step(nowMs);
      }
    }
    throw new Error('the sandbox pushes without end');
  }

  /** Sends the pushes that are due, one pump at a time, so that they leave in their order. */
  async pump(): Promise<void> {
    while (this.#pumping !== null) await this.#pumping;
    this.#pumping = this.#pumpOnce().finally(() => {
      this.#pumping = null;
    });
    await this.#pumping;
  }

  register(name: string, parcel: ParcelWanted): RegisteredParcel {
    return this.#station(name).register(parcel);
  }

  remove(name: string, number: string): boolean {
    return this.#station(name).remove(number);
  }

  parcels(name: string): readonly RegisteredParcel[] {
    return this.#station(name).parcels();
  }

  addEvent(name: string, number: string, event: EventWanted): boolean {
    return this.#station(name).addEvent(number, event);
  }

  shop(name: string): SandboxShop | null {
    const station = this.#station(name);
    return station.carrier.shop?.(() => station.world()) ?? null;
  }

  subscriptions(name: string): readonly Subscription[] {
    return this.#station(name).subscriptions.list();
  }

  subscribe(name: string, { header = null, ...wanted }: PortalSubscription): Subscription {
    return this.#station(name)
      .subscriptions.at(this.clock.nowMs())
      .create({ ...wanted, header });
  }

  endSubscriptions(name: string): void {
    this.#station(name).subscriptions.endAll();
  }

  setCredentials(name: string, id: string, secret: string | null, state: CredentialState): void {
    this.#station(name).setCredentials(id, secret, state);
  }

  expireTokens(name: string): void {
    this.#station(name).tokens.expireAll();
  }

  tokensIssued(name: string): number {
    return this.#station(name).tokens.issued;
  }

  rateFigures(name: string): readonly RateFigure[] {
    return this.#station(name).rates.figures();
  }

  callFigures(name: string): CallFigures {
    return this.calls.figures(this.#station(name).carrier.name);
  }

  pushes(name: string): readonly PushRecord[] {
    return this.#records.filter(({ carrier }) => carrier === name);
  }

  get nextPushMs(): number | null {
    const due = [...this.#stations.values()].flatMap(({ pushes }) => pushes?.nextMs ?? []);
    return due.length === 0 ? null : Math.min(...due);
  }

  async advance(byMs: number): Promise<void> {
    const untilMs = this.clock.nowMs() + byMs;
    await this.pump();
    for (let dueMs = this.nextPushMs; dueMs !== null && dueMs <= untilMs; dueMs = this.nextPushMs) {
      this.clock.set(Math.max(this.clock.nowMs(), dueMs));
      await this.pump();
    }
    this.clock.set(Math.max(this.clock.nowMs(), untilMs));
  }
}

/** The faults that affect a call, the worst first, with the carrier's way of reporting each. */
function faultsOf(
  outage: Fault | null,
  fault: (kind: Fault['kind']) => Fault | null,
): readonly (readonly [Fault['kind'], FaultAnswer])[] {
  const all = [
    ['outage', 'unavailable', outage],
    ['server_errors', 'server_error', fault('server_errors')],
    ['rate_limited', 'rate_limited', fault('rate_limited')],
    ['token_throttled', 'token_throttled', fault('token_throttled')],
  ] as const;
  return all.flatMap(([kind, how, found]) => (found === null ? [] : [[kind, how] as const]));
}

function readRequest({ method, path, headers = {}, text = '' }: ReceivedRequest): SandboxRequest {
  const url = new URL(`http://sandbox${path.startsWith('/') ? path : `/${path}`}`);
  return {
    method: method.toUpperCase(),
    path: decoded(url.pathname),
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    text,
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
