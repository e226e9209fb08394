import { carrierTerms } from '../../../adapters/index.ts';
import { deadByCarrier, inboxFigures } from '../../../intake/index.ts';
import { activitySince } from '../../../platform/observability/activity/activity.sql.ts';
import { hoursOf } from '../../../platform/observability/activity/activity.ts';
import { periodsOf } from '../../../platform/settings/retention.ts';
import { accountStates, accountsByState } from '../../../poller/index.ts';
import { caseFigures } from '../../../reactions/exceptions/index.ts';
import { countEverybodysEndpoints } from '../../../reactions/merchant-webhooks/index.ts';
import {
  channelsInTrouble,
  unsettledNotifications,
} from '../../../reactions/notifications/index.ts';
import { iso, openReviewCount } from '../../../tracking/index.ts';
import type { OpsParts } from '../ops/ops-parts.ts';

/** Maximum accounts listed; those with problems come first, so the ones left out are healthy. */
const ACCOUNTS_SHOWN = 50;

/** A channel is judged by its last day. */
const CHANNELS_JUDGED_MS = 24 * 3_600_000;
const DAY_MS = 86_400_000;

/** What an operator needs to see first, for API and console alike; JSON-ready. */
export async function overviewOf(parts: OpsParts) {
  const { pipeline } = parts.db;
  const nowMs = parts.clock.nowMs();
  const [readiness, inbox, deadLetters, unknownCodes, accounts, byState] = await Promise.all([
    parts.readiness(),
    inboxFigures(pipeline),
    deadByCarrier(pipeline),
    openReviewCount(pipeline),
    accountStates(pipeline, ACCOUNTS_SHOWN),
    accountsByState(pipeline),
  ]);
  const [endpoints, notifications, channels, exceptions, slots] = await Promise.all([
    countEverybodysEndpoints(parts.webhooks),
    unsettledNotifications(pipeline),
    channelsInTrouble(pipeline, nowMs - CHANNELS_JUDGED_MS),
    caseFigures(pipeline, nowMs),
    activitySince(pipeline, nowMs - DAY_MS),
  ]);
  const { notReady, degraded } = readiness;
  const serving = degraded.length === 0 ? ('ready' as const) : ('degraded' as const);
  return {
    readiness: {
      status: notReady.length === 0 ? serving : ('not_ready' as const),
      not_ready: notReady,
      degraded,
    },
    inbox: {
      waiting: inbox.waiting,
      oldest_waiting_s:
        inbox.oldestWaitingMs === null
          ? null
          : Math.max(0, (nowMs - inbox.oldestWaitingMs) / 1_000),
      dead: inbox.dead,
    },
    dead_letters: deadLetters,
    unknown_codes: unknownCodes,
    mappings: parts.adapters.list().map(({ manifest }) => {
      const active = parts.mappings.active(manifest.name);
      return {
        carrier: manifest.name,
        version: active?.version ?? null,
        since: iso(active?.activatedAtMs ?? null),
        rolled_back: active?.rolledBack ?? false,
      };
    }),
    accounts: accounts.map(({ sinceMs, ...account }) => ({
      ...account,
      since: iso(sinceMs),
    })),
    accounts_by_state: byState,
    webhook_endpoints: endpoints,
    notifications,
    channels_in_trouble: channels,
    exceptions,
    activity: hoursOf(slots, nowMs).map(({ atMs, lag_s: lagS, seen, ...done }) => ({
      hour: iso(atMs),
      updates: done.updates,
      polls: done.polls,
      webhooks: done.webhooks,
      messages: done.messages,
      lag_s: seen === 0 ? null : lagS / seen,
    })),
    retention: {
      days: Object.fromEntries(periodsOf(parts.retention).map(([kind, ms]) => [kind, ms / DAY_MS])),
      carriers: carrierTerms(parts.adapters.list(), parts.retention).map(
        ({ carrier, retentionMs, source }) => ({ carrier, days: retentionMs / DAY_MS, source }),
      ),
    },
  };
}
