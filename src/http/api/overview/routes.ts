import { z } from 'zod';
import { carrierTerms } from '../../../adapters/index.ts';
import { modeView } from '../../../events/shipment-view.ts';
import { deadByCarrier, inboxFigures } from '../../../intake/index.ts';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { textOf } from '../../../kernel/wire/explain-issues.ts';
import { backupPlaces } from '../../../platform/backups/places.sql.ts';
import { databaseBytes } from '../../../platform/database/database-size.sql.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import { activitySince } from '../../../platform/observability/activity/activity.sql.ts';
import { hoursOf } from '../../../platform/observability/activity/activity.ts';
import { periodsOf } from '../../../platform/settings/retention.ts';
import { accountStates, countAccounts } from '../../../poller/index.ts';
import { caseFigures } from '../../../reactions/exceptions/index.ts';
import { countEverybodysEndpoints } from '../../../reactions/merchant-webhooks/index.ts';
import {
  CHANNEL_KINDS,
  channelsInTrouble,
  unsettledNotifications,
} from '../../../reactions/notifications/index.ts';
import { countShops, disabledShops, readReason } from '../../../shops/index.ts';
import { openReviewCount } from '../../../tracking/ports/mappings.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import { opsResource } from '../ops/ops-resource.ts';
import { productVersion } from '../system/description.ts';
import { readiness } from '../system/operations.ts';

/** Maximum accounts listed; those with problems come first, so the ones left out are healthy. */
const ACCOUNTS_SHOWN = 50;
/** Maximum disabled shops listed. */
const SHOPS_SHOWN = 20;

/** A channel is judged by its last day. */
const CHANNELS_JUDGED_MS = 24 * 3_600_000;
const DAY_MS = 86_400_000;
const VERSION = productVersion();

/** What an operator needs to see first, for API and console alike; JSON-ready. */
export async function overviewOf(parts: OpsParts) {
  const { pipeline } = parts.db;
  const nowMs = parts.clock.nowMs();
  const [readiness, inbox, deadLetters, unknownCodes, accounts, counts] = await Promise.all([
    parts.readiness(),
    inboxFigures(pipeline),
    deadByCarrier(pipeline),
    openReviewCount(pipeline),
    accountsOf(parts),
    countAccounts(pipeline),
  ]);
  const [endpoints, shops, shopCounts, notifications, channels, exceptions, slots, system] =
    await Promise.all([
      countEverybodysEndpoints(parts.webhooks),
      disabledShops(pipeline, SHOPS_SHOWN),
      countShops(pipeline),
      unsettledNotifications(pipeline),
      channelsInTrouble(pipeline, nowMs - CHANNELS_JUDGED_MS),
      caseFigures(pipeline, nowMs),
      activitySince(pipeline, nowMs - DAY_MS),
      systemOf(parts),
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
    accounts,
    accounts_by_state: countsByState(counts),
    webhook_endpoints: endpoints,
    shops_by_state: countsByState(shopCounts),
    disabled_shops: shops.map(({ disabledReason, ...shop }) => ({
      ...shop,
      reason: reasonOf(disabledReason),
    })),
    notifications,
    channels_in_trouble: channels,
    exceptions,
    system,
    activity: hoursOf(slots, nowMs).map(({ atMs, lag_s: lagS, seen, ...done }) => ({
      hour: iso(atMs),
      updates: done.updates,
      polls: done.polls,
      failed_polls: done.failed_polls,
      webhooks: done.webhooks,
      failed_webhooks: done.failed_webhooks,
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

async function systemOf({ db: { pipeline }, isDatabaseEmbedded }: OpsParts) {
  const [bytes, places] = await Promise.all([databaseBytes(pipeline), backupPlaces(pipeline)]);
  const newestMs = Math.max(...places.map(({ lastCoversUntilMs }) => lastCoversUntilMs ?? 0), 0);
  return {
    version: VERSION,
    database: isDatabaseEmbedded ? ('embedded' as const) : ('external' as const),
    database_bytes: bytes,
    last_backup_at: iso(newestMs || null),
  };
}

/** The accounts of all merchants, or those with one carrier; those in trouble first. */
export async function accountsOf({ db }: OpsParts, carrier: string | null = null) {
  const accounts = await accountStates(db.pipeline, ACCOUNTS_SHOWN, carrier);
  return accounts.map(({ sinceMs, unverified, checkedAtMs, answeredSince, ...account }) => ({
    ...account,
    since: iso(sinceMs),
    unverified:
      unverified === null
        ? null
        : {
            reason: errorText(textOf(unverified)),
            at: iso(checkedAtMs),
            answered_since: answeredSince,
          },
  }));
}

function reasonOf(stored: string | null): string | null {
  const reason = readReason(stored);
  return reason && errorText(reason);
}

function countsByState(
  counts: readonly { readonly state: string; readonly count: number }[],
): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { state, count } of counts) sums[state] = (sums[state] ?? 0) + count;
  return sums;
}

const ACCOUNT_STATES = [
  'ok',
  'failing_credentials',
  'missing_scope',
  'rate_limited',
  'unreachable',
  'degraded',
  'quota_near',
  'idle',
] as const;

const overview = z
  .strictObject({
    readiness,
    inbox: z.strictObject({
      waiting: z.int(),
      oldest_waiting_s: z.number().nullable(),
      dead: z.int(),
    }),
    dead_letters: z.array(z.strictObject({ carrier: z.string(), count: z.int() })),
    unknown_codes: z.int(),
    mappings: z.array(
      z.strictObject({
        carrier: z.string(),
        version: z.string().nullable(),
        since: instantOrNull,
        rolled_back: z.boolean(),
      }),
    ),
    accounts: z
      .array(
        z.strictObject({
          id: z.uuid(),
          merchant: z.string(),
          mode: z.enum(['test', 'live']),
          carrier: z.string(),
          label: z.string(),
          state: z.enum(ACCOUNT_STATES),
          reason: z.string(),
          since: instant,
          unverified: z
            .strictObject({ reason: z.string(), at: instant, answered_since: z.boolean() })
            .nullable()
            .describe(
              'Why the newest check of the credentials did not succeed, and whether calls were answered since; null: they are verified, or there are none.',
            ),
        }),
      )
      .describe('Those with problems first; long lists are cut.'),
    accounts_by_state: z.record(z.string(), z.int()),
    webhook_endpoints: z
      .strictObject({ total: z.int(), disabled: z.int(), failing: z.int() })
      .describe('Disabled by the hub after failures; failing but still retried.'),
    shops_by_state: z.record(z.string(), z.int()),
    disabled_shops: z
      .array(
        z.strictObject({
          id: z.uuid(),
          merchant: z.string(),
          mode: modeView,
          platform: z.string(),
          url: z.string(),
          reason: z.string().nullable(),
        }),
      )
      .describe('Shops that the hub disabled after failures; long lists are cut.'),
    notifications: z
      .strictObject({
        queued: z.int(),
        postponed: z.int(),
        sending: z.int(),
        dead: z.int(),
        failed: z.int(),
        unknown: z.int(),
      })
      .describe('Messages that were not delivered, each counted up to 10,000.'),
    channels_in_trouble: z
      .array(
        z.strictObject({
          channel: z.enum(CHANNEL_KINDS),
          provider: z.string(),
          sent: z.int(),
          troubled: z.int(),
        }),
      )
      .describe("Channels in which a tenth or more of the last day's messages failed."),
    exceptions: z.strictObject({ open: z.int(), overdue: z.int() }),
    system: z
      .strictObject({
        version: z.string(),
        database: z.enum(['embedded', 'external']),
        database_bytes: z.number().nullable(),
        last_backup_at: instantOrNull,
      })
      .describe(
        'The newest backup is one by `waybill backup`; null: none was made. The size is null if the database does not show it.',
      ),
    activity: z
      .array(
        z.strictObject({
          hour: instant,
          updates: z.int(),
          polls: z.int(),
          failed_polls: z.int(),
          webhooks: z.int(),
          failed_webhooks: z.int(),
          messages: z.int(),
          lag_s: z.number().nullable(),
        }),
      )
      .describe(
        'The last 24 hours of all processes, oldest first: updates recorded, calls to carriers, requests to merchants’ endpoints, how many of each failed (a call also by a rate limit), messages handed over, and the mean seconds from an inbound message to its parcel (null: there was none). Up to a minute late.',
      ),
    retention: z
      .strictObject({
        days: z.record(z.string(), z.int()),
        carriers: z.array(
          z.strictObject({
            carrier: z.string(),
            days: z.int(),
            source: z.enum(['terms', 'setting']),
          }),
        ),
      })
      .describe(
        "How many days each kind of data is kept (`WAYBILL_RETENTION`), and which carriers' parcels go so many days after delivery: by the carrier's terms, or by the setting in their place.",
      ),
  })
  .meta({ id: 'OpsOverview' });

export const opsOverview = opsResource(
  { noun: 'overview', tag: 'Operators' },
  {
    get: {
      id: 'getOpsOverview',
      method: 'GET',
      path: '/ops',
      summary: 'Get the state of the installation',
      description:
        'Readiness, backlog, dead letters, unknown codes, mappings and carrier accounts of all merchants.',
      scope: 'ops:read',
      answers: { 200: { description: 'The overview.', schema: overview } },
    },
  },
  (parts: OpsParts) => ({
    get: async () => ({ status: 200, body: await overviewOf(parts) }),
  }),
);
