import { uuidV4 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { CHANNEL_KINDS, type ChannelKind } from '../contract.ts';
import { watchHolders } from './dead-holders.ts';
import { dispatch } from './dispatch.ts';
import { type DispatchDeps, LEASE_MS } from './dispatch-deps.ts';
import { claimBroken, claimDue, type DueLane, dueLanes } from './outbox.sql.ts';
import { mendBroken } from './send-once.ts';
import {
  gateOf,
  type Lane,
  openThrottles,
  type Throttle,
  type Throttles,
  type Tried,
} from './throttles.ts';

/** Sends what is due, for as long as it runs. */
export interface Outbox {
  /** Something has become due. */
  wake(): void;
  /** Resolves when nothing was due or under way any more, of what this process may send. */
  idle(): Promise<void>;
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/** Another process may have made something due, and postponed ones become so by themselves. */
const LOOK_EVERY_MS = 1_000;
/** Tenants looked at in one look; who comes behind them is the first in the next. */
const LANES_MAX = 200;
/** Killed in the middle are few. */
const BROKEN_MAX = 50;

export function startOutbox(deps: DispatchDeps): Outbox {
  const { db, clock, randomBytes, log, holder } = deps;
  const endDeadLeases = watchHolders(deps);
  // By kind, so that a mail server that hangs delays no SMS.
  const throttles = new Map<ChannelKind, Throttles>(
    CHANNEL_KINDS.map((kind) => [kind, openThrottles()]),
  );
  /** Behind whom the next turn begins, by kind. */
  const lastServed = new Map<ChannelKind, string>();
  const underWay = new Set<Promise<void>>();
  let stopping = false;
  let again = false;
  let looking: Promise<void> | null = null;

  function begin(work: Promise<void>): void {
    const tracked: Promise<void> = work
      .catch((error: unknown) => {
        log.warn({ err: error }, 'a notification was left to the next look');
      })
      .finally(() => {
        underWay.delete(tracked);
        wake();
      });
    underWay.add(tracked);
  }

  async function through(
    throttle: Throttle,
    of: Throttles,
    work: Promise<Tried | null>,
  ): Promise<void> {
    of.begin(throttle);
    let tried: Tried | null = null;
    try {
      tried = await work;
    } finally {
      of.end(throttle, tried);
    }
  }

  async function look(): Promise<void> {
    // Where we are reached is not known before we listen, and no message may go out without it.
    if (deps.publicUrl() === '') return;
    await endDeadLeases();
    const nowMs = clock.nowMs();
    const lease = uuidV4(randomBytes(16));
    const claimed = [lease, holder, nowMs, LEASE_MS] as const;
    for (const broken of await claimBroken(db.pipeline, ...claimed, BROKEN_MAX)) {
      begin(mendBroken(deps, broken, lease));
    }
    const due = await dueLanes(db.pipeline, nowMs);
    for (const [channel, ofKind] of throttles) {
      const waiting = due.filter((lane) => lane.channel === channel);
      if (waiting.length === 0 || stopping) continue;
      const lanes = await throttled(inTurn(waiting, lastServed.get(channel)).slice(0, LANES_MAX));
      const shares = ofKind.shareOut(lanes);
      const isPart = waiting.length > LANES_MAX;
      if (isPart && shares.length > 0) again = true;
      // Where nobody could be served, who comes first stays first, unless others were not looked at.
      const last = shares.at(-1)?.lane ?? (isPart ? lanes.at(-1) : undefined);
      if (last !== undefined) lastServed.set(channel, keyOf(last));
      if (shares.length === 0) continue;
      const wanted = shares.map(({ lane, many }) => ({ tenant: lane.tenant, many }));
      const claim = { channel, shares: wanted, lease, holder, nowMs, leaseMs: LEASE_MS };
      const gateFor = new Map(lanes.map((lane) => [keyOf(lane), lane.throttle]));
      for (const outgoing of await claimDue(db.pipeline, claim)) {
        const throttle = gateFor.get(keyOf(outgoing));
        if (throttle !== undefined)
          begin(through(throttle, ofKind, dispatch(deps, outgoing, lease)));
      }
    }
  }

  async function throttled(lanes: readonly DueLane[]): Promise<Lane[]> {
    const found: Lane[] = [];
    for (const { channel, tenant } of lanes) {
      const throttle = gateOf(channel, tenant, await deps.channelsOf(tenant, channel));
      found.push({ tenant, throttle });
    }
    return found;
  }

  /** One look at a time; what is asked for meanwhile is one more look after it. */
  function wake(): void {
    if (stopping) return;
    if (looking !== null) {
      again = true;
      return;
    }
    again = false;
    looking = look()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'the outbox could not be looked at');
        again = false;
      })
      .finally(() => {
        looking = null;
        if (again) wake();
      });
  }

  const ticker = setInterval(wake, LOOK_EVERY_MS);
  wake();
  return {
    wake,
    async idle() {
      wake();
      while (looking !== null || underWay.size > 0) {
        await looking;
        await Promise.all(underWay);
      }
    },
    async stop() {
      stopping = true;
      clearInterval(ticker);
      await looking;
      await Promise.all(underWay);
    },
  };
}

/** A ring: it goes on behind the one whose turn was last. */
function inTurn(lanes: readonly DueLane[], last: string | undefined): readonly DueLane[] {
  if (last === undefined) return lanes;
  const at = lanes.findIndex((lane) => keyOf(lane) > last);
  return at === -1 ? lanes : [...lanes.slice(at), ...lanes.slice(0, at)];
}

function keyOf({ tenant }: { readonly tenant: Tenant }): string {
  return `${tenant.merchantId} ${tenant.mode}`;
}
