import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { type Post, TIMEOUT_MS } from '../deps.ts';
import type { Destination } from '../endpoints/endpoint.ts';
import type { Sender } from '../making/make-deliveries.ts';
import { type Attempted, attempt } from './attempt.ts';
import { createClaims } from './claims.ts';
import { createDestinations } from './destinations.ts';
import { createDisabler } from './disable.ts';
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
import { createDestinationLoader } from './load-destinations.ts';
import { givenBack, resultOf, skipped } from './outcome.ts';
import { createResults, leaves, type Result } from './results.ts';
import { createSockets } from './sockets.ts';
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
  const { db, clock, log, randomBytes } = deps;
  const leaseMs = deps.leaseMs ?? LEASE_MS;
  const timeoutMs = deps.timeoutMs ?? TIMEOUT_MS;
  const gates = new Map<string, Gate>();
  const lanes = new Map<string, HeldLane>();
  let stopping = false;
  const newToken = createTokens(randomBytes);
  const destinations = createDestinations({ db: db.pipeline, keyring: deps.keyring, log });
  const disabler = createDisabler(
    { db, clock, randomBytes, log },
    { onChanged: (id) => destinations.forget(id) },
  );
  const results = createResults({ db, clock, log, onWritten, onAiling: disabler.consider });
  const sockets = createSockets(() => results.pending() < PENDING_MAX);
  const loader = createDestinationLoader(destinations, log, (gate) => {
    if (destinations.get(gate.endpointId) !== undefined) pump(gate);
    else for (const lane of gate.ready.splice(0)) letGo(lane);
  });
  const claims = createClaims({
    ...{ db, clock, log, leaseMs, gateOf, newToken },
    onOpen(gate) {
      // Its change was told while nobody listened.
      if (gate.isClosed) destinations.forget(gate.endpointId);
      gate.isClosed = false;
    },
    roomLeft: () => (stopping ? 0 : HELD_MAX - lanes.size),
    mayFetch: (gate) => !sockets.isCrowdedFor(gate),
    onClaimed: (token, heldUntilMs, claimed) => hold(token, heldUntilMs, claimed),
  });

  function gateOf(endpointId: string): Gate {
    let gate = gates.get(endpointId);
    if (gate === undefined) {
      gate = createGate(endpointId);
      gates.set(endpointId, gate);
    }
    return gate;
  }

  function hold(
    token: string,
    heldUntilMs: number,
    held: ReadonlyMap<string, readonly Sendable[]>,
  ): void {
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
      lanes.set(name, lane);
      const gate = gateOf(endpointId);
      if (deliveries.length === 0 || stopping) letGo(lane);
      else gate.ready.push(lane);
      touched.add(gate);
    }
    for (const gate of touched) pump(gate);
  }

  /** Begins what may begin; then sees to it that more is there when that is done. */
  function pump(gate: Gate): void {
    while (gate.ready.length > 0 && gate.inFlight < gate.slots && !stopping) {
      if (!sockets.hasRoomFor(gate)) {
        sockets.queue(gate);
        return;
      }
      const destination = destinations.get(gate.endpointId);
      if (destination === undefined) {
        loader.want(gate);
        return;
      }
      const lane = gate.ready.shift();
      if (lane !== undefined) begin(gate, lane, destination);
    }
    if (isHungry(gate, clock.nowMs()) && !stopping) claims.want(gate);
  }

  function begin(gate: Gate, lane: HeldLane, destination: Destination | null): void {
    const nowMs = clock.nowMs();
    const [delivery] = lane.queue;
    const pausedUntilMs = Math.max(gate.pausedUntilMs, destination?.pausedUntilMs ?? 0);
    gate.pausedUntilMs = pausedUntilMs;
    if (destination === null || !destination.isActive) {
      gate.isClosed = true;
      letGo(lane);
    } else if (delivery === undefined || isLate(lane, nowMs)) {
      gate.hasMore = true;
      letGo(lane);
    } else if (pausedUntilMs > nowMs) {
      letGo(lane);
    } else if (delivery.askedAtMs < (destination.skipBeforeMs ?? 0)) {
      results.add(skipped(lane, nowMs));
    } else {
      void send(gate, lane, delivery, destination);
    }
  }

  async function send(
    gate: Gate,
    lane: HeldLane,
    delivery: Sendable,
    destination: Destination,
  ): Promise<void> {
    gate.inFlight += 1;
    const release = sockets.take(gate);
    const attempted = await attempt({ post: deps.post, clock, timeoutMs }, delivery, destination);
    release();
    gate.inFlight -= 1;
    deps.onAttempt?.(attempted, delivery);
    results.add(resultOf(gate, lane, attempted, clock.nowMs(), random()));
    const { kind, reason } = attempted.verdict;
    if (kind === 'gone') {
      const { version } = destination;
      disabler.disable({ endpointId: gate.endpointId, version }, `it ${reason}`);
    }
    sockets.admit(pump);
    pump(gate);
  }

  /** What waited too long for a socket is not held for nothing: others may want the room. */
  function giveBackLate(gate: Gate): void {
    const nowMs = clock.nowMs();
    for (const lane of gate.ready.splice(0)) {
      if (!isLate(lane, nowMs)) gate.ready.push(lane);
      else {
        gate.hasMore = true;
        letGo(lane);
      }
    }
  }

  /** It could run out during the request. */
  function isLate({ heldUntilMs }: HeldLane, nowMs: number): boolean {
    return nowMs + timeoutMs + LEASE_MARGIN_MS > heldUntilMs;
  }

  function letGo(lane: HeldLane): void {
    results.add(givenBack(lane));
  }

  function onWritten(written: readonly Result[], more: readonly LaneKey[]): void {
    const touched = new Set<Gate>();
    for (const result of written) {
      const { lane } = result;
      const gate = gateOf(lane.endpointId);
      touched.add(gate);
      if (leaves(result)) {
        const name = laneName(lane);
        if (lanes.get(name) === lane) lanes.delete(name);
      } else if (stopping) letGo(lane);
      else gate.ready.push(lane);
    }
    for (const { endpointId } of more) gateOf(endpointId).hasMore = true;
    sockets.admit(pump);
    for (const gate of touched) pump(gate);
  }

  function random(): number {
    const bytes = Buffer.from(randomBytes(4));
    return bytes.readUInt32BE(0) / 2 ** 32;
  }

  let looking: Promise<void> | null = null;
  function look(): Promise<void> {
    if (gates.size > GATES_MAX) forgetIdle(gates);
    sockets.admit(pump);
    for (const gate of sockets.waiting()) giveBackLate(gate);
    looking ??= claims
      .look()
      .catch((err: unknown) => {
        log.debug({ err }, 'webhooks that are due could not be looked for');
      })
      .finally(() => {
        looking = null;
      });
    return looking;
  }

  const isBusy = () =>
    sockets.inFlight() > 0 ||
    results.pending() > 0 ||
    claims.isBusy() ||
    disabler.isBusy() ||
    loader.isBusy();
  const ticker = setInterval(() => void look(), LOOK_EVERY_MS);
  void look();
  return {
    room(endpointId) {
      if (stopping || destinations.get(endpointId)?.isActive === false) return 0;
      const gate = gateOf(endpointId);
      if (sockets.isCrowdedFor(gate)) return 0;
      return Math.min(roomOf(gate, clock.nowMs()), HELD_MAX - lanes.size);
    },
    newToken,
    take: hold,
    tell(key, deliveries) {
      const lane = lanes.get(laneName(key));
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
      const gate = gateOf(key.endpointId);
      gate.hasMore = true;
      pump(gate);
    },
    wake(endpointId) {
      destinations.forget(endpointId);
      if (endpointId !== null) gateOf(endpointId).pausedUntilMs = 0;
      void look();
    },
    async idle() {
      await looking;
      await look();
      while (isBusy()) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    figures: () => ({ inFlight: sockets.inFlight(), held: lanes.size }),
    async stop() {
      stopping = true;
      clearInterval(ticker);
      for (const gate of gates.values()) {
        for (const lane of gate.ready.splice(0)) letGo(lane);
      }
      const deadline = performance.now() + STOP_MS_MAX;
      while (isBusy() && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}
