import type {
  CredentialState,
  Diversion,
  RateLimit,
  SandboxCarrier,
  SandboxWorld,
  Subscription,
} from './carrier.ts';
import type { Faults } from './limits/faults.ts';
import { createRateBook, type RateBook } from './limits/rates.ts';
import { createTokenStore, type TokenStore } from './limits/tokens.ts';
import type { DeliverPush } from './pushes/delivery.ts';
import { createPushes, type Pushes, type PushRecord } from './pushes/pushes.ts';
import { createSubscriptionBook, type SubscriptionBook } from './pushes/subscriptions.ts';
import { seededHex, seededPick } from './samples/seeded.ts';
import {
  addEvent,
  callOff,
  expectAt,
  type Parcel,
  type RegisteredParcel,
  scheduleParcel,
  seenAt,
  settledStartMs,
} from './stories/parcels.ts';
import type { ScenarioEvent } from './stories/scenario.ts';

/** How a number is attached to a story. */
export interface ParcelWanted {
  readonly number: string;
  /** Absent: chosen by the seed and the number. */
  readonly scenario?: string | undefined;
  /** `now` (the default): it moves from here on. `settled`: all of it has happened. */
  readonly start?: 'now' | 'settled' | { readonly atMs: number } | undefined;
  readonly pace?: number | undefined;
}

/** An event by hand, for a parcel that is there. */
export interface EventWanted extends Omit<ScenarioEvent, 'happensMs' | 'visibleMs' | 'deletedMs'> {
  /** Epoch milliseconds; default: now. */
  readonly atMs?: number | undefined;
  /** Default: at once. */
  readonly visibleAtMs?: number | undefined;
}

export interface StationDeps {
  readonly carrier: SandboxCarrier;
  readonly seed: string;
  readonly nowMs: () => number;
  readonly rates: readonly RateLimit[];
  readonly faults: Faults;
  readonly deliver: DeliverPush;
  /** What a number is that nobody registered and that is no magic one. */
  readonly unknownNumbers: 'not_found' | 'seeded';
  readonly settledBeforeMs: number | null;
  readonly recordPush: (push: PushRecord) => void;
}

/** One carrier of the sandbox with everything it remembers. */
export interface Station {
  readonly carrier: SandboxCarrier;
  readonly tokens: TokenStore;
  readonly rates: RateBook;
  readonly subscriptions: SubscriptionBook;
  /** Null when the carrier pushes nothing. */
  readonly pushes: Pushes | null;
  world(): SandboxWorld;
  /** Throws when there is no such scenario. */
  register(wanted: ParcelWanted): RegisteredParcel;
  remove(number: string): boolean;
  parcels(): readonly RegisteredParcel[];
  /** False when there is no such parcel. */
  addEvent(number: string, wanted: EventWanted): boolean;
  setCredentials(id: string, secret: string | null, state: CredentialState): void;
  /** The limit broken by the last call since this was asked before. */
  takeViolation(): string | null;
}

export function createStation(deps: StationDeps): Station {
  const { carrier, nowMs } = deps;
  const seed = `${deps.seed} ${carrier.name}`;
  const scenarios = new Map(carrier.scenarios.map((each) => [each.name, each]));
  const magic = new Map(
    carrier.scenarios.flatMap(({ name, numbers }) => numbers.map((number) => [number, name])),
  );
  const parcels = new Map<string, Parcel>();
  const marked = new Map<string, { secret: string | null; state: CredentialState }>();
  const tokens = createTokenStore(seed);
  const rates = createRateBook(deps.rates);
  const subscriptions = createSubscriptionBook(seed, { onCovers: cover });
  const pushes =
    carrier.push === undefined
      ? null
      : createPushes({
          carrier: carrier.name,
          seed,
          manners: carrier.push,
          world,
          parcel: find,
          subscription: (id) => subscriptions.get(id),
          faults: deps.faults,
          deliver: deps.deliver,
          record: deps.recordPush,
        });
  let ids = 0;
  let violation: string | null = null;

  function cover(subscription: Subscription, numbers: readonly string[] | null): void {
    for (const number of numbers ?? parcels.keys()) {
      pushes?.follow(subscription, number, nowMs());
    }
  }

  function covering(number: string): readonly Subscription[] {
    return subscriptions.list().filter(({ numbers }) => numbers?.includes(number) ?? true);
  }

  /** Magic numbers, and unknown ones where that is wanted, come to be when they are asked for. */
  function find(number: string): Parcel | null {
    const known = parcels.get(number);
    if (known !== undefined) return known;
    const scenario = magic.get(number);
    if (scenario === undefined && deps.unknownNumbers === 'not_found') return null;
    const story = settling(scenario);
    return parcels.get(register({ number, scenario, ...story }).number) ?? null;
  }

  function settling(scenario: string | undefined): Pick<ParcelWanted, 'start'> {
    const script = scenario === undefined ? undefined : scenarios.get(scenario);
    if (script === undefined) return {};
    const endMs = deps.settledBeforeMs ?? nowMs();
    return { start: { atMs: settledStartMs(script, endMs) } };
  }

  function register({ number, scenario, start = 'now', pace = 1 }: ParcelWanted) {
    const name = scenario ?? seededPick([...scenarios.keys()], seed, number);
    const script = scenarios.get(name);
    if (script === undefined) throw new Error(`${carrier.name} has no scenario "${name}"`);
    const startMs =
      start === 'now'
        ? nowMs()
        : start === 'settled'
          ? settledStartMs(script, nowMs())
          : start.atMs;
    const parcel = { number, scenario: name, startMs, pace };
    parcels.set(number, scheduleParcel(parcel, script, seededHex(seed, number, startMs)));
    for (const subscription of covering(number)) pushes?.follow(subscription, number, nowMs());
    return parcel;
  }

  function world(): SandboxWorld {
    const atMs = nowMs();
    return {
      nowMs: atMs,
      parcel(number) {
        const parcel = find(number);
        return parcel === null ? null : seenAt(parcel, atMs);
      },
      divert: (number, diversion) => divert(number, diversion, atMs),
      tokens: tokens.at(atMs),
      credentials(id, secret) {
        const mark = marked.get(id);
        if (mark === undefined) return unmarked(carrier, id, secret);
        return mark.secret !== null && mark.secret !== secret ? 'wrong' : mark.state;
      },
      spend(endpoint, account) {
        const verdict = rates.spend(endpoint, account, atMs);
        if (!verdict.ok) violation = verdict.limit.name;
        return verdict;
      },
      subscriptions: subscriptions.at(atMs),
      send: (subscription, message) => pushes?.message(subscription, message, atMs),
      newId() {
        ids += 1;
        return seededHex(seed, 'id', ids);
      },
    };
  }

  function addTo(parcel: Parcel, script: ScenarioEvent, atMs: number, visibleAtMs: number): void {
    const event = addEvent(parcel, script, atMs, visibleAtMs);
    for (const subscription of covering(parcel.number)) {
      pushes?.alsoPush(subscription, parcel.number, event);
    }
  }

  function divert(number: string, { events, expectedAtMs }: Diversion, atMs: number): boolean {
    const parcel = find(number);
    if (parcel === null || !callOff(parcel, atMs)) return false;
    for (const { afterMs, ...script } of events) {
      const happensAtMs = atMs + afterMs / parcel.pace;
      addTo(parcel, { ...script, happensMs: 0 }, happensAtMs, happensAtMs);
    }
    if (expectedAtMs !== undefined) expectAt(parcel, atMs, expectedAtMs);
    return true;
  }

  return {
    carrier,
    tokens,
    rates,
    subscriptions,
    pushes,
    world,
    register,
    remove: (number) => parcels.delete(number),
    parcels: () =>
      [...parcels.values()].map(({ number, scenario, startMs, pace }) => ({
        number,
        scenario,
        startMs,
        pace,
      })),
    addEvent(number, { atMs = nowMs(), visibleAtMs = nowMs(), ...script }) {
      const parcel = find(number);
      if (parcel === null) return false;
      addTo(parcel, { ...script, happensMs: 0 }, atMs, visibleAtMs);
      return true;
    },
    setCredentials: (id, secret, state) => void marked.set(id, { secret, state }),
    takeViolation() {
      const taken = violation;
      violation = null;
      return taken;
    },
  };
}

/** As a word of its own: `wrong-secret`, `an_invalid_key`. */
const SAYS_WRONG = /(?:^|[^a-z])(?:wrong|invalid|incorrect|bad|nope)(?:[^a-z]|$)/i;

/**
 * Credentials that nobody marked: the carrier's own id goes with its own secret only, and what says
 * of itself that it is wrong is; anything else is good, so that nobody has to look them up.
 */
function unmarked({ credentials }: SandboxCarrier, id: string, secret: string): CredentialState {
  const own = Object.values(credentials);
  if (secret !== '' && own.includes(id) && !own.includes(secret)) return 'wrong';
  return SAYS_WRONG.test(id) || SAYS_WRONG.test(secret) ? 'wrong' : 'good';
}
