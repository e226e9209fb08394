import type {
  ComposedPush,
  PushManners,
  PushOccasion,
  SandboxWorld,
  Subscription,
} from '../carrier.ts';
import type { Faults } from '../limits/faults.ts';
import { seededShare } from '../samples/places-near.ts';
import { type Parcel, type ScheduledEvent, visibleAt, visibleEvent } from '../scenarios/parcels.ts';
import type { ScenarioEvent } from '../scenarios/scenario.ts';
import { createDueQueue, isLive } from './subscriptions.ts';

/** One push and its outcome. */
export interface PushRecord {
  readonly atMs: number;
  readonly carrier: string;
  readonly subscriptionId: string;
  /** The parcel's number; null for a message about no parcel. */
  readonly number: string | null;
  /** The event's position in the script; null for a message. */
  readonly event: number | null;
  /** The number of the attempt, from 1; 0 when nothing was sent. */
  readonly attempt: number;
  /** The hook's answer; `lost` and `silenced` pushes were suppressed by the script or a fault. */
  readonly outcome: 'delivered' | 'refused' | 'no_answer' | 'lost' | 'silenced';
  readonly status: number | null;
}

export interface PushesDeps {
  readonly carrier: string;
  readonly seed: string;
  readonly manners: PushManners;
  readonly world: () => SandboxWorld;
  readonly parcel: (number: string) => Parcel | null;
  readonly subscription: (id: string) => Subscription | null;
  readonly faults: Faults;
  readonly deliver: DeliverPush;
  readonly record: (push: PushRecord) => void;
}

export interface Pushes {
  /** Pushes the events of this number that become visible after `afterMs` to the subscription. */
  subscribe(subscription: Subscription, number: string, afterMs: number): void;
  /** Pushes one more event of a number, which was added by hand. */
  alsoPush(subscription: Subscription, number: string, event: ScheduledEvent): void;
  message(subscription: Subscription, message: string, nowMs: number): void;
  readonly nextMs: number | null;
  /** Does the earliest step that is due at `nowMs`; returns false when nothing is due. */
  step(nowMs: number): Promise<boolean>;
}

type Task =
  | {
      readonly kind: 'event';
      readonly to: string;
      readonly number: string;
      readonly event: ScheduledEvent;
    }
  | ({ readonly kind: 'attempt' } & Attempt);

interface Attempt {
  readonly occasion: PushOccasion;
  /**
   * The push as composed for the first attempt, because a retry has the same bytes; null: not
   * composed yet.
   */
  readonly composed: ComposedPush | null;
  readonly attempt: number;
}

export function createPushes(deps: PushesDeps): Pushes {
  return new PushQueue(deps);
}

class PushQueue implements Pushes {
  readonly #deps: PushesDeps;
  readonly #queue = createDueQueue<Task>();
  #messages = 0;

  constructor(deps: PushesDeps) {
    this.#deps = deps;
  }

  subscribe(subscription: Subscription, number: string, afterMs: number): void {
    const event = nextAfter(this.#deps.parcel(number), afterMs, -1);
    if (event !== null) this.#enqueueEvent(subscription.id, number, event);
  }

  #enqueueEvent(to: string, number: string, event: ScheduledEvent): void {
    this.#queue.add(event.visibleFromMs, { kind: 'event', to, number, event });
  }

  /**
   * Plans the next scripted event of the number, and pushes this one if the subscription wants it.
   */
  #onEvent(task: Task & { kind: 'event' }, dueMs: number): void {
    const { to, number, event } = task;
    const parcel = this.#deps.parcel(number);
    const subscription = this.#deps.subscription(to);
    if (parcel === null || subscription === null || subscription.state === 'ended') return;
    if (!event.added) {
      const next = nextAfter(parcel, event.visibleFromMs, rank(event));
      if (next !== null) this.#enqueueEvent(to, number, next);
    }
    const visible = visibleAt(parcel, dueMs);
    if (event.calledOff || !isLive(subscription, dueMs) || visible === null) return;
    const occasion: PushOccasion = {
      subscription,
      parcel: visible,
      event: { ...visibleEvent(event), life: event.life },
      message: null,
    };
    if (this.#deps.manners.wants?.(occasion, this.#deps.world()) === false) return;
    this.#enqueue(occasion, event.script.push, [number, event.life, event.index], dueMs);
  }

  #enqueue(
    occasion: PushOccasion,
    push: ScenarioEvent['push'],
    words: readonly (string | number)[],
    dueMs: number,
  ): void {
    for (const atMs of this.#sendTimes(occasion, push, words, dueMs)) {
      this.#queue.add(atMs, { kind: 'attempt', occasion, composed: null, attempt: 1 });
    }
  }

  /** The times at which copies of a push are sent; none if it is lost. */
  #sendTimes(
    occasion: PushOccasion,
    push: ScenarioEvent['push'],
    about: readonly (string | number)[],
    dueMs: number,
  ): number[] {
    const { account, id } = occasion.subscription;
    const where = { carrier: this.#deps.carrier, account, nowMs: dueMs };
    const words = [id, ...about];
    const fault = (
      kind: 'push_silence' | 'push_lost' | 'push_twice' | 'push_late' | 'push_shuffled',
    ) => this.#deps.faults.touching(kind, where, kind, ...words);
    const silenced = fault('push_silence')
      ? 'silenced'
      : push === 'lost' || fault('push_lost')
        ? 'lost'
        : null;
    if (silenced !== null) {
      this.#deps.record({
        ...this.#recordOf(occasion, dueMs),
        attempt: 0,
        outcome: silenced,
        status: null,
      });
      return [];
    }
    const lateMs = typeof push === 'object' ? push.lateMs : (fault('push_late')?.delayMs ?? 0);
    const shuffledMsMax = fault('push_shuffled')?.delayMs ?? 0;
    const atMs = dueMs + lateMs + shuffledMsMax * seededShare(this.#deps.seed, 'shuffle', ...words);
    return push === 'twice' || fault('push_twice') ? [atMs, atMs] : [atMs];
  }

  /** Sends a push, records the outcome and, if it was not accepted, plans the next attempt. */
  async #onAttempt(attempt: Attempt, nowMs: number): Promise<void> {
    const { occasion } = attempt;
    // Pushes of a subscription that has ended meanwhile are not sent.
    const subscription = this.#deps.subscription(occasion.subscription.id);
    if (subscription === null || subscription.state === 'ended') return;
    const composed = attempt.composed ?? this.#deps.manners.compose(occasion, this.#deps.world());
    const status = await this.#deps.deliver({
      carrier: this.#deps.carrier,
      subscriptionId: subscription.id,
      url: subscription.url,
      ...composed,
    });
    const delivered = status !== null && this.#deps.manners.accepts(status, occasion);
    this.#deps.record({
      ...this.#recordOf(occasion, nowMs),
      attempt: attempt.attempt,
      outcome: delivered ? 'delivered' : status === null ? 'no_answer' : 'refused',
      status,
    });
    const waitMs = this.#deps.manners.retriesAfterMs[attempt.attempt - 1];
    if (delivered) {
      this.#deps.manners.delivered?.(subscription, this.#deps.world(), occasion);
      return;
    }
    if (waitMs === undefined) {
      this.#deps.manners.gaveUp?.(subscription, this.#deps.world(), occasion);
      return;
    }
    this.#queue.add(nowMs + waitMs, {
      kind: 'attempt',
      occasion,
      composed,
      attempt: attempt.attempt + 1,
    });
  }

  alsoPush(subscription: Subscription, number: string, event: ScheduledEvent): void {
    this.#enqueueEvent(subscription.id, number, event);
  }

  message(subscription: Subscription, message: string, nowMs: number): void {
    const occasion: PushOccasion = { subscription, parcel: null, event: null, message };
    this.#messages += 1;
    this.#enqueue(occasion, 'once', ['message', this.#messages], nowMs);
  }

  get nextMs(): number | null {
    return this.#queue.nextMs;
  }

  async step(nowMs: number): Promise<boolean> {
    const due = this.#queue.take(nowMs);
    if (due === null) return false;
    if (due.value.kind === 'event') this.#onEvent(due.value, due.dueMs);
    else await this.#onAttempt(due.value, nowMs);
    return true;
  }

  #recordOf(occasion: PushOccasion, atMs: number) {
    return {
      atMs,
      carrier: this.#deps.carrier,
      subscriptionId: occasion.subscription.id,
      number: occasion.parcel?.number ?? null,
      event: occasion.event?.index ?? null,
    };
  }
}

/** The scripted event that becomes visible next, after that moment and that rank; null: none. */
function nextAfter(
  parcel: Parcel | null,
  afterMs: number,
  afterRank: number,
): ScheduledEvent | null {
  let next: ScheduledEvent | null = null;
  for (const event of parcel?.lives.flatMap(({ events }) => events) ?? []) {
    if (event.added || event.visibleFromMs < afterMs) continue;
    if (event.visibleFromMs === afterMs && (afterRank < 0 || rank(event) <= afterRank)) continue;
    const sooner =
      next === null ||
      event.visibleFromMs < next.visibleFromMs ||
      (event.visibleFromMs === next.visibleFromMs && rank(event) < rank(next));
    if (sooner) next = event;
  }
  return next;
}

/** The order of events that become visible at the same moment. */
function rank({ life, index }: ScheduledEvent): number {
  return life * 100_000 + index;
}

/** One attempt to send a push to its hook. */
export interface OutgoingPush {
  readonly carrier: string;
  readonly subscriptionId: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends a push; returns the status, or null without an answer. Never rejects. */
export type DeliverPush = (push: OutgoingPush) => Promise<number | null>;

/** Time limit of an attempt; carriers stop waiting after about this long. */
const TIMEOUT_MS = 10_000;

/** Sends a push over HTTP, as carriers do: redirects are not followed. */
export const deliverOverHttp: DeliverPush = async ({ url, headers, body }) => {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
};
