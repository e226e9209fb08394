import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Gate, isHungry, roomOf } from './gate.ts';
import { LANE_QUEUE_MAX, type LaneKey, laneName, type Sendable } from './lane.ts';
import { type Claim, claimLanes, endpointsDue, headsOf } from './lanes.sql.ts';

/** Fetches what is due from the table, for endpoints that have room, many at once. */
export interface Claims {
  /** There may be something due for that endpoint. */
  want(gate: Gate): void;
  /** Looks for endpoints with anything due. */
  look(): Promise<void>;
  /** Resolves when nothing is being fetched. */
  settled(): Promise<void>;
  isBusy(): boolean;
}

export interface ClaimsDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leaseMs: number;
  readonly gateOf: (endpointId: string) => Gate;
  readonly newToken: () => string;
  /** Lanes we may hold besides those we hold, over all endpoints. */
  readonly roomLeft: () => number;
  /** Whether what is fetched for it could be begun soon. */
  readonly mayFetch: (gate: Gate) => boolean;
  /** The table says that it may be sent to. */
  readonly onOpen: (gate: Gate) => void;
  readonly onClaimed: (
    token: string,
    heldUntilMs: number,
    lanes: ReadonlyMap<string, readonly Sendable[]>,
    keys: readonly LaneKey[],
  ) => void;
}

/** Endpoints of one look; the next look goes on behind them. */
const ENDPOINTS_MAX = 2_000;
/** Of any endpoint; lower than all. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
/** Lanes of one statement: a few MiB of bodies at most, and a lock that is held for milliseconds. */
const LANES_MAX = 1_000;

export function createClaims(deps: ClaimsDeps): Claims {
  const { db, clock, log } = deps;
  const wanted = new Set<Gate>();
  let running: Promise<void> | null = null;
  /** Endpoints that hang stay due: whoever always began with those would see no others. */
  let lookedTo = FIRST_ID;

  function schedule(): void {
    if (running !== null || wanted.size === 0) return;
    running = new Promise<void>((resolve) => setImmediate(resolve))
      .then(fetch)
      .catch((err: unknown) => {
        // `hasMore` still stands, so the next look tries again.
        log.warn({ err }, 'webhooks that are due could not be fetched');
      })
      .finally(() => {
        running = null;
        schedule();
      });
  }

  async function fetch(): Promise<void> {
    const nowMs = clock.nowMs();
    const gates = [...wanted].filter((gate) => deps.mayFetch(gate) && isHungry(gate, nowMs));
    wanted.clear();
    const claims = shareOut(gates, nowMs, Math.min(LANES_MAX, deps.roomLeft()));
    if (claims.length === 0) return;
    for (const gate of gates.slice(claims.length)) wanted.add(gate);
    const lease = { nowMs, untilMs: nowMs + deps.leaseMs, token: deps.newToken() };
    const keys = await claimLanes(db.pipeline, claims, lease);
    const many = new Map<string, number>();
    for (const { endpointId } of keys) many.set(endpointId, (many.get(endpointId) ?? 0) + 1);
    for (const { endpointId, lanes } of claims) {
      deps.gateOf(endpointId).hasMore = (many.get(endpointId) ?? 0) >= lanes;
    }
    if (keys.length === 0) return;
    const lanes = new Map<string, Sendable[]>(keys.map((key) => [laneName(key), []]));
    for (const delivery of await headsOf(db.pipeline, keys, LANE_QUEUE_MAX)) {
      lanes.get(laneName(delivery))?.push(delivery);
    }
    deps.onClaimed(lease.token, lease.untilMs, lanes, keys);
  }

  return {
    want(gate) {
      wanted.add(gate);
      schedule();
    },
    async look() {
      const page = { after: lookedTo, limit: ENDPOINTS_MAX };
      const due = await endpointsDue(db.pipeline, clock.nowMs(), page);
      lookedTo = due.at(-1) ?? FIRST_ID;
      for (const id of due) {
        const gate = deps.gateOf(id);
        deps.onOpen(gate);
        gate.hasMore = true;
        if (isHungry(gate, clock.nowMs())) wanted.add(gate);
      }
      schedule();
    },
    async settled() {
      while (running !== null) await running;
    },
    isBusy: () => running !== null,
  };
}

/** As many lanes as each has room for; when that is too many, the same for all. */
function shareOut(gates: readonly Gate[], nowMs: number, most: number): Claim[] {
  if (most <= 0 || gates.length === 0) return [];
  const each = Math.max(1, Math.floor(most / gates.length));
  return gates.slice(0, most).map((gate) => {
    const room = roomOf(gate, nowMs);
    return {
      endpointId: gate.endpointId,
      lanes: gates.length === 1 ? Math.min(room, most) : Math.min(room, Math.max(each, 1)),
    };
  });
}
