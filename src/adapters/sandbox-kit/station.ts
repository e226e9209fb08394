import type {
  CredentialState,
  Diversion,
  RateLimit,
  SandboxCarrier,
  SandboxWorld,
  Subscription,
} from './carrier.ts';
import type { Faults } from './limits/faults.ts';
import {
  createRateBook,
  createTokenStore,
  type RateBook,
  type TokenStore,
} from './limits/rates.ts';
import { createRegistrationBook, type RegistrationBook } from './limits/registrations.ts';
import { createPushes, type DeliverPush, type Pushes, type PushRecord } from './pushes/pushes.ts';
import { createSubscriptionBook, type SubscriptionBook } from './pushes/subscriptions.ts';
import { seededHex, seededPick } from './samples/places-near.ts';
import {
  addEvent,
  callOff,
  expectAt,
  type Parcel,
  type RegisteredParcel,
  scheduleParcel,
  settledStartMs,
  visibleAt,
} from './scenarios/parcels.ts';
import type { Scenario, ScenarioEvent } from './scenarios/scenario.ts';

/** How a number is attached to a scenario. */
export interface ParcelWanted {
  readonly number: string;
  /** The scenario's name; absent: chosen by the seed and the number. */
  readonly scenario?: string | undefined;
  /**
   * When the scenario begins. `now` (the default): it happens from now on. `settled`: all of it has
   * happened.
   */
  readonly start?: 'now' | 'settled' | { readonly atMs: number } | undefined;
  readonly pace?: number | undefined;
}

/** An event that is added by hand to an existing parcel. */
export interface EventWanted extends Omit<ScenarioEvent, 'happensMs' | 'visibleMs' | 'deletedMs'> {
  /** When it happened, epoch milliseconds; absent: now. */
  readonly atMs?: number | undefined;
  /** When it becomes visible; absent: at once. */
  readonly visibleAtMs?: number | undefined;
}

export interface StationDeps {
  readonly carrier: SandboxCarrier;
  readonly seed: string;
  readonly nowMs: () => number;
  readonly rates: readonly RateLimit[];
  /** How many parcels an account of a bridge may register; null: any number. */
  readonly quota: number | null;
  readonly faults: Faults;
  readonly deliver: DeliverPush;
  /** What is answered for a number that is neither registered nor magic. */
  readonly unknownNumbers: 'not_found' | 'seeded';
  readonly settledBeforeMs: number | null;
  readonly recordPush: (push: PushRecord) => void;
}

/** One carrier of the sandbox, with its state. */
export interface Station {
  readonly carrier: SandboxCarrier;
  readonly tokens: TokenStore;
  readonly rates: RateBook;
  readonly subscriptions: SubscriptionBook;
  /** The carrier's pushes; null when it pushes nothing. */
  readonly pushes: Pushes | null;
  world(): SandboxWorld;
  /** Registers a number. Throws when there is no such scenario. */
  register(wanted: ParcelWanted): RegisteredParcel;
  remove(number: string): boolean;
  parcels(): readonly RegisteredParcel[];
  /** Adds an event; returns false when there is no such parcel. */
  addEvent(number: string, wanted: EventWanted): boolean;
  setCredentials(id: string, secret: string | null, state: CredentialState): void;
  /** Returns the limit that was exceeded since the last call of this function; null: none. */
  takeViolation(): string | null;
}

export function createStation(deps: StationDeps): Station {
  return new CarrierStation(deps);
}

class CarrierStation implements Station {
  readonly carrier: SandboxCarrier;
  readonly tokens: TokenStore;
  readonly rates: RateBook;
  readonly subscriptions: SubscriptionBook;
  readonly pushes: Pushes | null;
  readonly #deps: StationDeps;
  readonly #seed: string;
  readonly #scenarios: ReadonlyMap<string, Scenario>;
  /** The magic numbers, which always follow the same scenario, with its name. */
  readonly #magic: ReadonlyMap<string, string>;
  readonly #parcels = new Map<string, Parcel>();
  readonly #registrations: RegistrationBook;
  readonly #marked = new Map<string, { secret: string | null; state: CredentialState }>();
  readonly #own = new Map<object, object>();
  #ids = 0;
  #violation: string | null = null;

  constructor(deps: StationDeps) {
    const { carrier } = deps;
    this.#deps = deps;
    this.carrier = carrier;
    this.#seed = `${deps.seed} ${carrier.name}`;
    this.#scenarios = new Map(carrier.scenarios.map((each) => [each.name, each]));
    this.#magic = new Map(
      carrier.scenarios.flatMap(({ name, numbers }) => numbers.map((number) => [number, name])),
    );
    this.tokens = createTokenStore(this.#seed);
    this.rates = createRateBook(deps.rates);
    this.#registrations = createRegistrationBook(this.#seed, deps.quota);
    this.subscriptions = createSubscriptionBook(this.#seed, {
      onCovers: (subscription, numbers) => this.#cover(subscription, numbers),
    });
    this.pushes =
      carrier.push === undefined
        ? null
        : createPushes({
            carrier: carrier.name,
            seed: this.#seed,
            manners: carrier.push,
            world: () => this.world(),
            parcel: (number) => this.#find(number),
            subscription: (id) => this.subscriptions.get(id),
            faults: deps.faults,
            deliver: deps.deliver,
            record: deps.recordPush,
          });
  }

  /** Pushes these numbers' future events to the subscription; null: those of all parcels. */
  #cover(subscription: Subscription, numbers: readonly string[] | null): void {
    for (const number of numbers ?? this.#parcels.keys()) {
      this.pushes?.subscribe(subscription, number, this.#deps.nowMs());
    }
  }

  /** Returns the subscriptions that cover a number. */
  #covering(number: string): readonly Subscription[] {
    return this.subscriptions.list().filter(({ numbers }) => numbers?.includes(number) ?? true);
  }

  /**
   * Finds a parcel; null: none. Magic numbers, and if configured unknown ones, are created on their
   * first request.
   */
  #find(number: string): Parcel | null {
    const known = this.#parcels.get(number);
    if (known !== undefined) return known;
    const scenario = this.#magic.get(number);
    if (scenario === undefined && this.#deps.unknownNumbers === 'not_found') return null;
    const settled = this.#settling(scenario);
    return this.#parcels.get(this.register({ number, scenario, ...settled }).number) ?? null;
  }

  /** Returns a start that puts the whole scenario into the past; empty for an unknown scenario. */
  #settling(scenario: string | undefined): Pick<ParcelWanted, 'start'> {
    const script = scenario === undefined ? undefined : this.#scenarios.get(scenario);
    if (script === undefined) return {};
    const endMs = this.#deps.settledBeforeMs ?? this.#deps.nowMs();
    return { start: { atMs: settledStartMs(script, endMs) } };
  }

  register({ number, scenario, start = 'now', pace = 1 }: ParcelWanted): RegisteredParcel {
    const name = scenario ?? seededPick([...this.#scenarios.keys()], this.#seed, number);
    const script = this.#scenarios.get(name);
    if (script === undefined) throw new Error(`${this.carrier.name} has no scenario "${name}"`);
    const startMs =
      start === 'now'
        ? this.#deps.nowMs()
        : start === 'settled'
          ? settledStartMs(script, this.#deps.nowMs())
          : start.atMs;
    const parcel = { number, scenario: name, startMs, pace };
    this.#parcels.set(
      number,
      scheduleParcel(parcel, script, seededHex(this.#seed, number, startMs)),
    );
    for (const subscription of this.#covering(number)) {
      this.pushes?.subscribe(subscription, number, this.#deps.nowMs());
    }
    return parcel;
  }

  world(): SandboxWorld {
    const atMs = this.#deps.nowMs();
    return {
      nowMs: atMs,
      parcel: (number) => {
        const parcel = this.#find(number);
        return parcel === null ? null : visibleAt(parcel, atMs);
      },
      divert: (number, diversion) => this.#divert(number, diversion, atMs),
      tokens: this.tokens.at(atMs),
      credentials: (id, secret) => {
        const mark = this.#marked.get(id);
        if (mark === undefined) return defaultCredentialState(this.carrier, id, secret);
        return mark.secret !== null && mark.secret !== secret ? 'wrong' : mark.state;
      },
      spend: (endpoint, account) => {
        const verdict = this.rates.spend(endpoint, account, atMs);
        if (!verdict.ok) this.#violation = verdict.limit.name;
        return verdict;
      },
      subscriptions: this.subscriptions.at(atMs),
      registrations: this.#registrations.at(atMs),
      send: (subscription, message) => this.pushes?.message(subscription, message, atMs),
      newId: () => {
        this.#ids += 1;
        return seededHex(this.#seed, 'id', this.#ids);
      },
      own: (kind) => {
        const known = this.#own.get(kind);
        if (known instanceof kind) return known;
        const made = new kind();
        this.#own.set(kind, made);
        return made;
      },
    };
  }

  #addTo(parcel: Parcel, script: ScenarioEvent, atMs: number, visibleAtMs: number): void {
    const event = addEvent(parcel, script, atMs, visibleAtMs);
    for (const subscription of this.#covering(parcel.number)) {
      this.pushes?.alsoPush(subscription, parcel.number, event);
    }
  }

  #divert(number: string, { events, expectedAtMs }: Diversion, atMs: number): boolean {
    const parcel = this.#find(number);
    if (parcel === null || !callOff(parcel, atMs)) return false;
    for (const { afterMs, ...script } of events) {
      const happensAtMs = atMs + afterMs / parcel.pace;
      this.#addTo(parcel, { ...script, happensMs: 0 }, happensAtMs, happensAtMs);
    }
    if (expectedAtMs !== undefined) expectAt(parcel, atMs, expectedAtMs);
    return true;
  }

  remove(number: string): boolean {
    return this.#parcels.delete(number);
  }

  parcels(): readonly RegisteredParcel[] {
    return [...this.#parcels.values()].map(({ number, scenario, startMs, pace }) => ({
      number,
      scenario,
      startMs,
      pace,
    }));
  }

  addEvent(number: string, wanted: EventWanted): boolean {
    const { atMs = this.#deps.nowMs(), visibleAtMs = this.#deps.nowMs(), ...script } = wanted;
    const parcel = this.#find(number);
    if (parcel === null) return false;
    this.#addTo(parcel, { ...script, happensMs: 0 }, atMs, visibleAtMs);
    return true;
  }

  setCredentials(id: string, secret: string | null, state: CredentialState): void {
    this.#marked.set(id, { secret, state });
  }

  takeViolation(): string | null {
    const violation = this.#violation;
    this.#violation = null;
    return violation;
  }
}

/** Matches a word that marks wrong credentials: `wrong-secret`, `an_invalid_key`. */
const SAYS_WRONG = /(?:^|[^a-z])(?:wrong|invalid|incorrect|bad|nope)(?:[^a-z]|$)/i;

/**
 * Returns the state of credentials for which the control API has set none: the carrier's own id
 * needs its own secret, and credentials with a word such as `wrong` or `invalid` are wrong.
 * Anything else is good, so that nobody has to look them up.
 */
function defaultCredentialState(
  { credentials }: SandboxCarrier,
  id: string,
  secret: string,
): CredentialState {
  const own = Object.values(credentials);
  if (secret !== '' && own.includes(id) && !own.includes(secret)) return 'wrong';
  return SAYS_WRONG.test(id) || SAYS_WRONG.test(secret) ? 'wrong' : 'good';
}
