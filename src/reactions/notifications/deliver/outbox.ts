import { uuidV4 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { presentSessions } from '../../../platform/process/presence.ts';
import { CHANNEL_KINDS, type ChannelKind } from '../contract.ts';
import { dispatchAll } from './dispatch.ts';
import { type DispatchDeps, LEASE_MS } from './dispatch-deps.ts';
import {
  claimBroken,
  claimDue,
  type DueQueue,
  dueQueues,
  endLeasesOf,
  leaseHolders,
} from './outbox.sql.ts';
import { mendBroken } from './send-once.ts';
import {
  type AttemptResult,
  openThrottles,
  type Queue,
  type Throttle,
  type Throttles,
  throttleOf,
} from './throttles.ts';

/** Sends due messages until it is stopped. */
interface Outbox {
  /** Wakes the outbox because something has become due. */
  wake(): void;
  /** Resolves when nothing that this process may send is due or being sent any more. */
  idle(): Promise<void>;
  /** Stops sending, and waits for messages that are being sent. */
  stop(): Promise<void>;
}

/**
 * The interval of its own checks: other processes may have queued messages, and postponed ones
 * become due.
 */
const CHECK_EVERY_MS = 1_000;
/** The maximum number of tenants per check; those after them come first in the next. */
const QUEUES_MAX = 200;
/** The maximum number of interrupted messages per check; they are few. */
const BROKEN_MAX = 50;

export function startOutbox(deps: DispatchDeps): Outbox {
  return new RunningOutbox(deps);
}

class RunningOutbox implements Outbox {
  readonly #deps: DispatchDeps;
  readonly #endDeadLeases: () => Promise<void>;
  /** The throttles by kind, so that a mail server that hangs delays no SMS. */
  readonly #throttles: ReadonlyMap<ChannelKind, Throttles> = new Map(
    CHANNEL_KINDS.map((kind) => [kind, openThrottles()]),
  );
  /** The last tenant served, by kind; the next check starts after it. */
  readonly #lastServed = new Map<ChannelKind, string>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #ticker: NodeJS.Timeout;
  #stopping = false;
  /** Whether another check was requested during the current one. */
  #again = false;
  #checking: Promise<void> | null = null;

  constructor(deps: DispatchDeps) {
    this.#deps = deps;
    this.#endDeadLeases = watchHolders(deps);
    this.#ticker = setInterval(() => this.wake(), CHECK_EVERY_MS);
    this.wake();
  }

  /**
   * Checks for due messages, one check at a time; requests during a check cause one more
   * afterwards.
   */
  wake(): void {
    if (this.#stopping) return;
    if (this.#checking !== null) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#checking = this.#check()
      .catch((error: unknown) => {
        this.#deps.log.warn({ err: error }, 'the outbox could not be checked');
        this.#again = false;
      })
      .finally(() => {
        this.#checking = null;
        if (this.#again) this.wake();
      });
  }

  async idle(): Promise<void> {
    this.wake();
    while (this.#checking !== null || this.#underWay.size > 0) {
      await this.#checking;
      await Promise.all(this.#underWay);
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#ticker);
    await this.#checking;
    await Promise.all(this.#underWay);
  }

  async #check(): Promise<void> {
    const { db, clock, publicUrl } = this.#deps;
    // The public URL is unknown until the server listens, and no message may be sent without it.
    if (publicUrl() === '') return;
    await this.#endDeadLeases();
    const turn = { nowMs: clock.nowMs(), lease: uuidV4(this.#deps.randomBytes(16)) };
    await this.#mend(turn);
    const due = await dueQueues(db.pipeline, turn.nowMs);
    for (const kind of CHANNEL_KINDS) {
      const waiting = due.filter(({ channel }) => channel === kind);
      if (waiting.length > 0 && !this.#stopping) await this.#serve(kind, waiting, turn);
    }
  }

  async #mend({ nowMs, lease }: Turn): Promise<void> {
    const { db, holder } = this.#deps;
    const claimed = [lease, holder, nowMs, LEASE_MS] as const;
    for (const broken of await claimBroken(db.pipeline, ...claimed, BROKEN_MAX)) {
      this.#begin(mendBroken(this.#deps, broken, lease));
    }
  }

  /** Distributes the free slots of a kind among the tenants with due messages. */
  async #serve(
    kind: ChannelKind,
    waiting: readonly DueQueue[],
    { nowMs, lease }: Turn,
  ): Promise<void> {
    const { db, holder } = this.#deps;
    const throttles = this.#throttles.get(kind) as Throttles;
    const turn = rotateAfter(waiting, this.#lastServed.get(kind)).slice(0, QUEUES_MAX);
    const queues = await this.#withThrottles(turn);
    const shares = throttles.shareOut(queues);
    const isPart = waiting.length > QUEUES_MAX;
    if (isPart && shares.length > 0) this.#again = true;
    // Keep the order if no tenant could be served, unless some tenants were not checked.
    const last = shares.at(-1)?.queue ?? (isPart ? queues.at(-1) : undefined);
    if (last !== undefined) this.#lastServed.set(kind, keyOf(last));
    if (shares.length === 0) return;
    const wanted = shares.map(({ queue, many: count }) => ({ tenant: queue.tenant, many: count }));
    const claim = { channel: kind, shares: wanted, lease, holder, nowMs, leaseMs: LEASE_MS };
    const claimed = await claimDue(db.pipeline, claim);
    const throttleFor = new Map(queues.map((queue) => [keyOf(queue), queue.throttle]));
    const tries = dispatchAll(this.#deps, claimed, lease);
    for (const [index, outgoing] of claimed.entries()) {
      const [throttle, tried] = [throttleFor.get(keyOf(outgoing)), tries[index]];
      if (throttle === undefined || tried === undefined) continue;
      this.#begin(trackSend(throttle, throttles, tried));
    }
  }

  async #withThrottles(queues: readonly DueQueue[]): Promise<Queue[]> {
    const found: Queue[] = [];
    for (const { channel, tenant } of queues) {
      const throttle = throttleOf(channel, tenant, await this.#deps.channelsOf(tenant, channel));
      found.push({ tenant, throttle });
    }
    return found;
  }

  #begin(work: Promise<void>): void {
    const tracked: Promise<void> = work
      .catch((error: unknown) => {
        this.#deps.log.warn({ err: error }, 'a notification was left to the next check');
      })
      .finally(() => {
        this.#underWay.delete(tracked);
        this.wake();
      });
    this.#underWay.add(tracked);
  }
}

/** A check, with the lease under which it claims messages. */
interface Turn {
  readonly nowMs: number;
  readonly lease: string;
}

/** Occupies a slot of the throttle until the attempt has ended. */
async function trackSend(
  throttle: Throttle,
  of: Throttles,
  work: Promise<AttemptResult | null>,
): Promise<void> {
  of.begin(throttle);
  let tried: AttemptResult | null = null;
  try {
    tried = await work;
  } finally {
    of.end(throttle, tried);
  }
}

/** The tenants in the order in which they are served, starting after the one served last. */
function rotateAfter(queues: readonly DueQueue[], last: string | undefined): readonly DueQueue[] {
  if (last === undefined) return queues;
  const at = queues.findIndex((queue) => keyOf(queue) > last);
  return at === -1 ? queues : [...queues.slice(at), ...queues.slice(0, at)];
}

function keyOf({ tenant }: { readonly tenant: Tenant }): string {
  return `${tenant.merchantId} ${tenant.mode}`;
}

/**
 * The minimum time between two checks for dead processes. A dropped session reconnects sooner; a
 * message waits twice this long for a dead process.
 */
export const ABSENT_MS = 1_000;

/**
 * Ends the leases of dead processes, whose messages would otherwise wait as long as the longest
 * send may take. A process absent at two checks in a row, `ABSENT_MS` apart, is dead. If only its
 * connection was lost for that long, the ended lease invalidates its further work: it cannot start
 * a send, and a send in progress is treated like one of a dead process.
 */
function watchHolders({ db, clock, log, holder }: DispatchDeps): () => Promise<void> {
  let absent: ReadonlySet<number> = new Set();
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const nowMs = clock.nowMs();
    if (nowMs - lookedAtMs < ABSENT_MS) return;
    lookedAtMs = nowMs;
    const others = (await leaseHolders(db.pipeline)).filter((each) => each !== holder);
    const present = others.length === 0 ? null : await presentSessions(db.pipeline);
    const gone = others.filter((each) => present?.has(each) === false);
    const dead = gone.filter((each) => absent.has(each));
    absent = new Set(gone);
    if (dead.length === 0) return;
    const messages = await endLeasesOf(db.pipeline, dead, nowMs);
    if (messages > 0) log.info({ messages }, 'messages of a process that has ended are taken up');
  };
}
