import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { QUEUE_LENGTH_MAX, type QueueKey, queueName, type Sendable } from './queue.ts';
import { type Claim, claimQueues, endpointsDue, headsOf } from './queues.sql.ts';
import { isHungry, roomOf, type Throttle } from './throttle.ts';

/** Claims due deliveries from the table, for many endpoints at once, if they have capacity. */
export interface Claims {
  /** Requests a claim for an endpoint that may have something due. */
  want(throttle: Throttle): void;
  /** Looks for endpoints with anything due. */
  fetch(): Promise<void>;
  /** Resolves when nothing is being fetched. */
  settled(): Promise<void>;
  isBusy(): boolean;
}

export interface ClaimsDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leaseMs: number;
  readonly throttleOf: (endpointId: string) => Throttle;
  readonly newToken: () => string;
  /** How many more queues this process may hold, over all endpoints. */
  readonly roomLeft: () => number;
  /** Whether deliveries claimed for it could start soon. */
  readonly mayFetch: (throttle: Throttle) => boolean;
  /** Called when the table says that the endpoint may be sent to. */
  readonly onOpen: (throttle: Throttle) => void;
  readonly onClaimed: (
    token: string,
    heldUntilMs: number,
    queues: ReadonlyMap<string, readonly Sendable[]>,
    keys: readonly QueueKey[],
  ) => void;
}

/** Endpoints per check; the next check continues after them. */
const ENDPOINTS_MAX = 2_000;
/** An id lower than that of any endpoint. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
/**
 * The maximum number of queues per statement: their bodies take a few MiB at most, and the locks
 * are held for milliseconds.
 */
const QUEUES_MAX = 1_000;

export function createClaims(deps: ClaimsDeps): Claims {
  const { db, clock, log } = deps;
  const wanted = new Set<Throttle>();
  let running: Promise<void> | null = null;
  /**
   * The endpoint at which the last check ended. Endpoints that hang stay due: always starting with
   * those would hide all others.
   */
  let lastCheckedId = FIRST_ID;

  function schedule(): void {
    if (running !== null || wanted.size === 0) return;
    running = new Promise<void>((resolve) => setImmediate(resolve))
      .then(fetch)
      .catch((err: unknown) => {
        // `hasMore` stays set, so the next check retries.
        log.warn({ err }, 'webhooks that are due could not be fetched');
      })
      .finally(() => {
        running = null;
        schedule();
      });
  }

  async function fetch(): Promise<void> {
    const nowMs = clock.nowMs();
    const throttles = [...wanted].filter(
      (throttle) => deps.mayFetch(throttle) && isHungry(throttle, nowMs),
    );
    wanted.clear();
    const claims = distributeClaims(throttles, nowMs, Math.min(QUEUES_MAX, deps.roomLeft()));
    if (claims.length === 0) return;
    for (const throttle of throttles.slice(claims.length)) wanted.add(throttle);
    const lease = { nowMs, untilMs: nowMs + deps.leaseMs, token: deps.newToken() };
    const keys = await claimQueues(db.pipeline, claims, lease);
    const count = new Map<string, number>();
    for (const { endpointId } of keys) count.set(endpointId, (count.get(endpointId) ?? 0) + 1);
    for (const { endpointId, queues } of claims) {
      deps.throttleOf(endpointId).hasMore = (count.get(endpointId) ?? 0) >= queues;
    }
    if (keys.length === 0) return;
    const queues = new Map<string, Sendable[]>(keys.map((key) => [queueName(key), []]));
    for (const delivery of await headsOf(db.pipeline, keys, QUEUE_LENGTH_MAX)) {
      queues.get(queueName(delivery))?.push(delivery);
    }
    deps.onClaimed(lease.token, lease.untilMs, queues, keys);
  }

  return {
    want(throttle) {
      wanted.add(throttle);
      schedule();
    },
    async fetch() {
      const page = { after: lastCheckedId, limit: ENDPOINTS_MAX };
      const due = await endpointsDue(db.pipeline, clock.nowMs(), page);
      lastCheckedId = due.at(-1) ?? FIRST_ID;
      for (const id of due) {
        const throttle = deps.throttleOf(id);
        deps.onOpen(throttle);
        throttle.hasMore = true;
        if (isHungry(throttle, clock.nowMs())) wanted.add(throttle);
      }
      schedule();
    },
    async settled() {
      while (running !== null) await running;
    },
    isBusy: () => running !== null,
  };
}

/**
 * Distributes claims: as many queues as each endpoint has capacity for; if that is too many, the
 * same number for all.
 */
function distributeClaims(
  throttles: readonly Throttle[],
  nowMs: number,
  queuesMax: number,
): Claim[] {
  if (queuesMax <= 0 || throttles.length === 0) return [];
  const share = Math.max(1, Math.floor(queuesMax / throttles.length));
  return throttles.slice(0, queuesMax).map((throttle) => {
    const room = roomOf(throttle, nowMs);
    return {
      endpointId: throttle.endpointId,
      queues:
        throttles.length === 1 ? Math.min(room, queuesMax) : Math.min(room, Math.max(share, 1)),
    };
  });
}
