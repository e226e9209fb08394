import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { type Post, TIMEOUT_MS } from '../deps.ts';
import type { Destination } from '../endpoints/endpoint.ts';
import type { Sender } from '../making/make-deliveries.ts';
import { type Attempted, attempt } from './attempt.ts';
import { type Claims, createClaims } from './claims.ts';
import { createDestinations, type Destinations } from './destinations.ts';
import { createDisabler, type Disabler } from './disable.ts';
import { createGate, forgetIdle, type Gate, isHungry, roomOf } from './gate.ts';
import {
  type HeldLane,
  LANE_QUEUE_MAX,
  type LaneKey,
  LEASE_MARGIN_MS,
  LEASE_MS,
  laneKeyOf,
  laneName,
  type Sendable,
} from './lane.ts';
import { createDestinationLoader, type DestinationLoader } from './load-destinations.ts';
import { givenBack, resultOf, skipped } from './outcome.ts';
import { createResults, leaves, type Result, type Results } from './results.ts';
import { createSockets, type Sockets } from './sockets.ts';
import { createTokens } from './tokens.ts';

/**
 * Posts what is due. One delivery at a time of each lane, many lanes at once: a failure holds back
 * nobody but the same endpoint's events of the same subject. What it holds it holds for a while
 * only, by a row in the database, and a delivery follows the one before it when what became of that
 * is on disk: so it may be killed at any instant, and others go on where it was.
 */
export interface Dispatcher extends Sender {
  /** An endpoint has changed, or something of it is due; null: any of them may have. */
  wake(endpointId: string | null): void;
  /** Resolves when nothing that was due at the call is left to do. */
  idle(): Promise<void>;
  figures(): { readonly inFlight: number; readonly held: number };
  stop(): Promise<void>;
}

export interface DispatcherDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly post: Post;
  readonly log: Logger;
  readonly onAttempt?: (attempted: Attempted, delivery: Sendable) => void;
  readonly leaseMs?: number;
  readonly timeoutMs?: number;
}

/** Lanes in memory, with their bodies: tens of MiB. */
const HELD_MAX = 8_192;
/** Results that are not on disk yet: beyond this nothing is begun. */
const PENDING_MAX = 2_000;
/** Looks by itself this often: retries come due without anybody saying so. */
const LOOK_EVERY_MS = 1_000;
/** What is under way is waited for so long; what takes longer is sent again by whoever comes next. */
const STOP_MS_MAX = 5_000;
/** Gates of endpoints without anything to do are forgotten when there are more than these. */
const GATES_MAX = 10_000;

export function startDispatcher(deps: DispatcherDeps): Dispatcher {
  return new LaneDispatcher(deps);
}

class LaneDispatcher implements Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #timeoutMs: number;
  readonly #gates = new Map<string, Gate>();
  readonly #lanes = new Map<string, HeldLane>();
  #stopping = false;
  readonly newToken: () => string;
  readonly #destinations: Destinations;
  readonly #disabler: Disabler;
  readonly #results: Results;
  readonly #sockets: Sockets;
  readonly #loader: DestinationLoader;
  readonly #claims: Claims;
  #looking: Promise<void> | null = null;
  readonly #ticker: NodeJS.Timeout;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
    const { db, clock, log, randomBytes } = deps;
    this.#clock = clock;
    this.#log = log;
    this.#timeoutMs = deps.timeoutMs ?? TIMEOUT_MS;
    this.newToken = createTokens(randomBytes);
    this.#destinations = createDestinations({ db: db.pipeline, keyring: deps.keyring, log });
    this.#disabler = createDisabler(
      { db, clock, randomBytes, log },
      { onChanged: (id) => this.#destinations.forget(id) },
    );
    this.#results = createResults({
      db,
      clock,
      log,
      onWritten: (written, more) => this.#onWritten(written, more),
      onAiling: this.#disabler.consider,
    });
    this.#sockets = createSockets(() => this.#results.pending() < PENDING_MAX);
    this.#loader = createDestinationLoader(this.#destinations, log, (gate) => {
      if (this.#destinations.get(gate.endpointId) !== undefined) this.#pump(gate);
      else for (const lane of gate.ready.splice(0)) this.#letGo(lane);
    });
    this.#claims = createClaims({
      db,
      clock,
      log,
      leaseMs: deps.leaseMs ?? LEASE_MS,
      newToken: this.newToken,
      gateOf: (endpointId) => this.#gateOf(endpointId),
      onOpen: (gate) => {
        // Its change was told while nobody listened.
        if (gate.isClosed) this.#destinations.forget(gate.endpointId);
        gate.isClosed = false;
      },
      roomLeft: () => (this.#stopping ? 0 : HELD_MAX - this.#lanes.size),
      mayFetch: (gate) => !this.#sockets.isCrowdedFor(gate),
      onClaimed: (token, heldUntilMs, claimed) => this.#hold(token, heldUntilMs, claimed),
    });
    this.#ticker = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    void this.#look();
  }

  #isBusy(): boolean {
    return (
      this.#sockets.inFlight() > 0 ||
      this.#results.pending() > 0 ||
      this.#claims.isBusy() ||
      this.#disabler.isBusy() ||
      this.#loader.isBusy()
    );
  }

  #gateOf(endpointId: string): Gate {
    let gate = this.#gates.get(endpointId);
    if (gate === undefined) {
      gate = createGate(endpointId);
      this.#gates.set(endpointId, gate);
    }
    return gate;
  }

  #hold(token: string, heldUntilMs: number, held: ReadonlyMap<string, readonly Sendable[]>): void {
    const touched = new Set<Gate>();
    for (const [name, deliveries] of held) {
      const { endpointId, subjectId } = deliveries[0] ?? laneKeyOf(name);
      const lane: HeldLane = {
        endpointId,
        subjectId,
        token,
        heldUntilMs,
        queue: [...deliveries],
        lastSequence: deliveries.at(-1)?.sequence ?? -1,
        settledSequence: null,
        isLeaving: false,
      };
      this.#lanes.set(name, lane);
      const gate = this.#gateOf(endpointId);
      if (deliveries.length === 0 || this.#stopping) this.#letGo(lane);
      else gate.ready.push(lane);
      touched.add(gate);
    }
    for (const gate of touched) this.#pump(gate);
  }

  /** Begins what may begin; then sees to it that more is there when that is done. */
  #pump(gate: Gate): void {
    while (gate.ready.length > 0 && gate.inFlight < gate.slots && !this.#stopping) {
      if (!this.#sockets.hasRoomFor(gate)) {
        this.#sockets.queue(gate);
        return;
      }
      const destination = this.#destinations.get(gate.endpointId);
      if (destination === undefined) {
        this.#loader.want(gate);
        return;
      }
      const lane = gate.ready.shift();
      if (lane !== undefined) this.#begin(gate, lane, destination);
    }
    if (isHungry(gate, this.#clock.nowMs()) && !this.#stopping) this.#claims.want(gate);
  }

  #begin(gate: Gate, lane: HeldLane, destination: Destination | null): void {
    const nowMs = this.#clock.nowMs();
    const [delivery] = lane.queue;
    const pausedUntilMs = Math.max(gate.pausedUntilMs, destination?.pausedUntilMs ?? 0);
    gate.pausedUntilMs = pausedUntilMs;
    if (destination === null || !destination.isActive) {
      gate.isClosed = true;
      this.#letGo(lane);
    } else if (delivery === undefined || this.#isLate(lane, nowMs)) {
      gate.hasMore = true;
      this.#letGo(lane);
    } else if (pausedUntilMs > nowMs) {
      this.#letGo(lane);
    } else if (delivery.askedAtMs < (destination.skipBeforeMs ?? 0)) {
      this.#results.add(skipped(lane, nowMs));
    } else {
      void this.#send(gate, lane, delivery, destination);
    }
  }

  async #send(
    gate: Gate,
    lane: HeldLane,
    delivery: Sendable,
    destination: Destination,
  ): Promise<void> {
    gate.inFlight += 1;
    const release = this.#sockets.take(gate);
    const attempted = await attempt(
      { post: this.#deps.post, clock: this.#clock, timeoutMs: this.#timeoutMs },
      delivery,
      destination,
    );
    release();
    gate.inFlight -= 1;
    this.#deps.onAttempt?.(attempted, delivery);
    this.#results.add(resultOf(gate, lane, attempted, this.#clock.nowMs(), this.#random()));
    const { kind, reason } = attempted.verdict;
    if (kind === 'gone') {
      const { version } = destination;
      this.#disabler.disable({ endpointId: gate.endpointId, version }, `it ${reason}`);
    }
    this.#sockets.admit((gate) => this.#pump(gate));
    this.#pump(gate);
  }

  /** What waited too long for a socket is not held for nothing: others may want the room. */
  #giveBackLate(gate: Gate): void {
    const nowMs = this.#clock.nowMs();
    for (const lane of gate.ready.splice(0)) {
      if (!this.#isLate(lane, nowMs)) gate.ready.push(lane);
      else {
        gate.hasMore = true;
        this.#letGo(lane);
      }
    }
  }

  /** It could run out during the request. */
  #isLate({ heldUntilMs }: HeldLane, nowMs: number): boolean {
    return nowMs + this.#timeoutMs + LEASE_MARGIN_MS > heldUntilMs;
  }

  #letGo(lane: HeldLane): void {
    this.#results.add(givenBack(lane));
  }

  #onWritten(written: readonly Result[], more: readonly LaneKey[]): void {
    const touched = new Set<Gate>();
    for (const result of written) {
      const { lane } = result;
      const gate = this.#gateOf(lane.endpointId);
      touched.add(gate);
      if (leaves(result)) {
        const name = laneName(lane);
        if (this.#lanes.get(name) === lane) this.#lanes.delete(name);
      } else if (this.#stopping) this.#letGo(lane);
      else gate.ready.push(lane);
    }
    for (const { endpointId } of more) this.#gateOf(endpointId).hasMore = true;
    this.#sockets.admit((gate) => this.#pump(gate));
    for (const gate of touched) this.#pump(gate);
  }

  #random(): number {
    const bytes = Buffer.from(this.#deps.randomBytes(4));
    return bytes.readUInt32BE(0) / 2 ** 32;
  }

  #look(): Promise<void> {
    if (this.#gates.size > GATES_MAX) forgetIdle(this.#gates);
    this.#sockets.admit((gate) => this.#pump(gate));
    for (const gate of this.#sockets.waiting()) this.#giveBackLate(gate);
    this.#looking ??= this.#claims
      .look()
      .catch((err: unknown) => {
        this.#log.debug({ err }, 'webhooks that are due could not be looked for');
      })
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  room(endpointId: string): number {
    if (this.#stopping || this.#destinations.get(endpointId)?.isActive === false) return 0;
    const gate = this.#gateOf(endpointId);
    if (this.#sockets.isCrowdedFor(gate)) return 0;
    return Math.min(roomOf(gate, this.#clock.nowMs()), HELD_MAX - this.#lanes.size);
  }

  take(token: string, heldUntilMs: number, held: ReadonlyMap<string, readonly Sendable[]>): void {
    this.#hold(token, heldUntilMs, held);
  }

  tell(key: LaneKey, deliveries: readonly Sendable[]): void {
    const lane = this.#lanes.get(laneName(key));
    const [first] = deliveries;
    const follows =
      lane !== undefined &&
      !lane.isLeaving &&
      lane.lastSequence === first?.previousSequence &&
      lane.queue.length + deliveries.length <= LANE_QUEUE_MAX;
    if (follows) {
      lane.queue.push(...deliveries);
      lane.lastSequence = deliveries.at(-1)?.sequence ?? lane.lastSequence;
      return;
    }
    const gate = this.#gateOf(key.endpointId);
    gate.hasMore = true;
    this.#pump(gate);
  }

  wake(endpointId: string | null): void {
    this.#destinations.forget(endpointId);
    if (endpointId !== null) this.#gateOf(endpointId).pausedUntilMs = 0;
    void this.#look();
  }

  async idle(): Promise<void> {
    await this.#looking;
    await this.#look();
    while (this.#isBusy()) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  figures(): { readonly inFlight: number; readonly held: number } {
    return { inFlight: this.#sockets.inFlight(), held: this.#lanes.size };
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#ticker);
    for (const gate of this.#gates.values()) {
      for (const lane of gate.ready.splice(0)) this.#letGo(lane);
    }
    const deadline = performance.now() + STOP_MS_MAX;
    while (this.#isBusy() && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
