import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import { type Post, TIMEOUT_MS } from '../deps.ts';
import type { Destination } from '../endpoints/endpoint.ts';
import type { Sender } from '../making/make-deliveries.ts';
import { type Attempted, attempt, releaseResult, resultOf, skipResult } from './attempt.ts';
import { type Claims, createClaims } from './claims.ts';
import {
  createDestinationLoader,
  createDestinations,
  type DestinationLoader,
  type Destinations,
} from './destinations.ts';
import { createDisabler, type Disabler } from './disable.ts';
import {
  createTokens,
  type HeldQueue,
  LEASE_MARGIN_MS,
  LEASE_MS,
  QUEUE_LENGTH_MAX,
  type QueueKey,
  queueKeyOf,
  queueName,
  type Sendable,
} from './queue.ts';
import { createResults, leaves, type Result, type Results } from './results.ts';
import {
  createSockets,
  createThrottle,
  forgetIdle,
  isHungry,
  isPaused,
  roomOf,
  type Sockets,
  type Throttle,
} from './throttle.ts';

/**
 * Posts due deliveries. One at a time per queue, many queues at once: a failure delays only the
 * same endpoint's events of the same subject. Queues are held by a lease, a row in the database,
 * and a delivery starts only when the result of the one before it is on disk: so the process may be
 * killed at any time, and others continue from there.
 */
interface Dispatcher extends Sender {
  /**
   * Wakes the dispatcher because an endpoint has changed or has something due; null: any endpoint
   * may have.
   */
  wake(endpointId: string | null): void;
  /** Resolves when everything that was due at the call is done. */
  idle(): Promise<void>;
  figures(): { readonly inFlight: number; readonly held: number };
  stop(): Promise<void>;
}

interface DispatcherDeps {
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

/** The maximum number of queues in memory: with their bodies, tens of MiB. */
const HELD_MAX = 8_192;
/**
 * The maximum number of results that are not on disk yet, plus the requests that will produce one.
 * Beyond it nothing new starts.
 */
const PENDING_MAX = 2_000;
/** Interval of its own checks: retries become due without a notification. */
const CHECK_EVERY_MS = 1_000;
/**
 * How long a stop waits for requests in progress; longer ones are sent again by the next process.
 */
const STOP_MS_MAX = 5_000;
/** Idle throttles are dropped beyond this number. */
const THROTTLES_MAX = 10_000;

export function startDispatcher(deps: DispatcherDeps): Dispatcher {
  return new QueueDispatcher(deps);
}

class QueueDispatcher implements Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #throttles = new Map<string, Throttle>();
  readonly #queues = new Map<string, HeldQueue>();
  #stopping = false;
  readonly newToken: () => string;
  readonly #destinations: Destinations;
  readonly #disabler: Disabler;
  readonly #results: Results;
  readonly #sockets: Sockets;
  readonly #loader: DestinationLoader;
  readonly #claims: Claims;
  readonly #loop: Loop;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
    const { db, clock, log, randomBytes } = deps;
    this.#clock = clock;
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
    this.#sockets = createSockets((inFlight) => this.#results.pending() + inFlight < PENDING_MAX);
    this.#loader = createDestinationLoader(this.#destinations, log, (throttle) => {
      if (this.#destinations.get(throttle.endpointId) !== undefined) this.#startReady(throttle);
      else for (const queue of throttle.ready.splice(0)) this.#release(queue);
    });
    this.#claims = createClaims({
      db,
      clock,
      log,
      leaseMs: deps.leaseMs ?? LEASE_MS,
      newToken: this.newToken,
      throttleOf: (endpointId) => this.#throttleOf(endpointId),
      onOpen: (throttle) => {
        // Its change was announced while the listener was disconnected.
        if (throttle.isClosed) this.#destinations.forget(throttle.endpointId);
        throttle.isClosed = false;
      },
      roomLeft: () => (this.#stopping ? 0 : HELD_MAX - this.#queues.size),
      mayFetch: (throttle) => !this.#sockets.isCrowdedFor(throttle),
      onClaimed: (token, heldUntilMs, claimed) => this.#addHeld(token, heldUntilMs, claimed),
    });
    this.#loop = startLoop({
      run: () => this.#check(),
      everyMs: CHECK_EVERY_MS,
      onFailure: (err) => log.debug({ err }, 'the check for due webhooks failed'),
    });
    this.#loop.wake();
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

  #throttleOf(endpointId: string): Throttle {
    let throttle = this.#throttles.get(endpointId);
    if (throttle === undefined) {
      throttle = createThrottle(endpointId);
      this.#throttles.set(endpointId, throttle);
    }
    return throttle;
  }

  #addHeld(
    token: string,
    heldUntilMs: number,
    held: ReadonlyMap<string, readonly Sendable[]>,
  ): void {
    const touched = new Set<Throttle>();
    for (const [name, deliveries] of held) {
      const { endpointId, subjectId } = deliveries[0] ?? queueKeyOf(name);
      const queue: HeldQueue = {
        endpointId,
        subjectId,
        token,
        heldUntilMs,
        queue: [...deliveries],
        lastSequence: deliveries.at(-1)?.sequence ?? -1,
        settledSequence: null,
        isLeaving: false,
      };
      this.#queues.set(name, queue);
      const throttle = this.#throttleOf(endpointId);
      if (deliveries.length === 0 || this.#stopping) this.#release(queue);
      else throttle.ready.push(queue);
      touched.add(throttle);
    }
    for (const throttle of touched) this.#startReady(throttle);
  }

  /**
   * Starts as many deliveries as possible; then makes sure that more queues are claimed when those
   * are done.
   */
  #startReady(throttle: Throttle): void {
    while (throttle.ready.length > 0 && throttle.inFlight < throttle.slots && !this.#stopping) {
      if (!this.#sockets.hasRoomFor(throttle)) {
        this.#sockets.queue(throttle);
        return;
      }
      const destination = this.#destinations.get(throttle.endpointId);
      if (destination === undefined) {
        this.#loader.want(throttle);
        return;
      }
      const queue = throttle.ready.shift();
      if (queue !== undefined) this.#startOrRelease(throttle, queue, destination);
    }
    if (isHungry(throttle, this.#clock.nowMs()) && !this.#stopping) this.#claims.want(throttle);
  }

  #startOrRelease(throttle: Throttle, queue: HeldQueue, destination: Destination | null): void {
    const nowMs = this.#clock.nowMs();
    const [delivery] = queue.queue;
    throttle.pausedUntilMs = Math.max(throttle.pausedUntilMs, destination?.pausedUntilMs ?? 0);
    if (destination === null || !destination.isActive) {
      throttle.isClosed = true;
      this.#release(queue);
    } else if (delivery === undefined || this.#isLeaseEnding(queue, nowMs)) {
      throttle.hasMore = true;
      this.#release(queue);
    } else if (isPaused(throttle, nowMs)) {
      this.#release(queue);
    } else if (isSkipped(delivery, destination)) {
      this.#results.add(skipResult(queue, nowMs));
    } else {
      void this.#send(throttle, queue, delivery, destination);
    }
  }

  async #send(
    throttle: Throttle,
    queue: HeldQueue,
    delivery: Sendable,
    destination: Destination,
  ): Promise<void> {
    throttle.inFlight += 1;
    const release = this.#sockets.take(throttle);
    const attempted = await attempt(
      { post: this.#deps.post, clock: this.#clock, timeoutMs: this.#timeoutMs },
      delivery,
      destination,
    );
    release();
    throttle.inFlight -= 1;
    this.#deps.onAttempt?.(attempted, delivery);
    this.#results.add(resultOf(throttle, queue, attempted, this.#clock.nowMs(), this.#random()));
    if (attempted.verdict.kind === 'gone') {
      const { version } = destination;
      this.#disabler.disable({ endpointId: throttle.endpointId, version }, 'webhooks.endpointGone');
    }
    this.#sockets.admit((throttle) => this.#startReady(throttle));
    this.#startReady(throttle);
  }

  /** Releases queues that waited too long for a socket, because others may need the capacity. */
  #releaseLate(throttle: Throttle): void {
    const nowMs = this.#clock.nowMs();
    for (const queue of throttle.ready.splice(0)) {
      if (!this.#isLeaseEnding(queue, nowMs)) throttle.ready.push(queue);
      else {
        throttle.hasMore = true;
        this.#release(queue);
      }
    }
  }

  /** Whether the lease could expire during a request. */
  #isLeaseEnding({ heldUntilMs }: HeldQueue, nowMs: number): boolean {
    return nowMs + this.#timeoutMs + LEASE_MARGIN_MS > heldUntilMs;
  }

  #release(queue: HeldQueue): void {
    this.#results.add(releaseResult(queue));
  }

  #onWritten(written: readonly Result[], more: readonly QueueKey[]): void {
    const touched = new Set<Throttle>();
    for (const result of written) {
      const { queue } = result;
      const throttle = this.#throttleOf(queue.endpointId);
      touched.add(throttle);
      if (leaves(result)) {
        const name = queueName(queue);
        if (this.#queues.get(name) === queue) this.#queues.delete(name);
      } else if (this.#stopping) this.#release(queue);
      else throttle.ready.push(queue);
    }
    for (const { endpointId } of more) this.#throttleOf(endpointId).hasMore = true;
    this.#sockets.admit((throttle) => this.#startReady(throttle));
    for (const throttle of touched) this.#startReady(throttle);
  }

  #random(): number {
    const bytes = Buffer.from(this.#deps.randomBytes(4));
    return bytes.readUInt32BE(0) / 2 ** 32;
  }

  #check(): Promise<void> {
    if (this.#throttles.size > THROTTLES_MAX) forgetIdle(this.#throttles);
    this.#sockets.admit((throttle) => this.#startReady(throttle));
    for (const throttle of this.#sockets.waiting()) this.#releaseLate(throttle);
    return this.#claims.fetch();
  }

  room(endpointId: string): number {
    if (this.#stopping || this.#destinations.get(endpointId)?.isActive === false) return 0;
    const throttle = this.#throttleOf(endpointId);
    if (this.#sockets.isCrowdedFor(throttle)) return 0;
    return Math.min(roomOf(throttle, this.#clock.nowMs()), HELD_MAX - this.#queues.size);
  }

  take(token: string, heldUntilMs: number, held: ReadonlyMap<string, readonly Sendable[]>): void {
    this.#addHeld(token, heldUntilMs, held);
  }

  tell(key: QueueKey, deliveries: readonly Sendable[]): void {
    const queue = this.#queues.get(queueName(key));
    const [first] = deliveries;
    const isNext =
      queue !== undefined &&
      !queue.isLeaving &&
      queue.lastSequence === first?.previousSequence &&
      queue.queue.length + deliveries.length <= QUEUE_LENGTH_MAX;
    if (isNext) {
      queue.queue.push(...deliveries);
      queue.lastSequence = deliveries.at(-1)?.sequence ?? queue.lastSequence;
      return;
    }
    const throttle = this.#throttleOf(key.endpointId);
    throttle.hasMore = true;
    this.#startReady(throttle);
  }

  wake(endpointId: string | null): void {
    this.#destinations.forget(endpointId);
    if (endpointId !== null) this.#throttleOf(endpointId).pausedUntilMs = 0;
    this.#loop.wake();
  }

  async idle(): Promise<void> {
    await this.#loop.idle();
    while (this.#isBusy()) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  figures(): { readonly inFlight: number; readonly held: number } {
    return { inFlight: this.#sockets.inFlight(), held: this.#queues.size };
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    // Not awaited: a hanging database must not delay the stop.
    void this.#loop.stop();
    for (const throttle of this.#throttles.values()) {
      for (const queue of throttle.ready.splice(0)) this.#release(queue);
    }
    const deadline = performance.now() + STOP_MS_MAX;
    while (this.#isBusy() && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** Whether a delivery is cancelled when its turn comes: by the merchant, or because it is empty. */
function isSkipped({ requestedAtMs, body }: Sendable, { skipBeforeMs }: Destination): boolean {
  return requestedAtMs < (skipBeforeMs ?? 0) || body.length === 0;
}
