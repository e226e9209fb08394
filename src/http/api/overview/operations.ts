import { z } from 'zod';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { CHANNEL_KINDS } from '../../../reactions/notifications/index.ts';
import { operation } from '../../kit/operation.ts';
import { readiness } from '../system/schema.ts';

const ACCOUNT_STATES = [
  'ok',
  'failing_credentials',
  'missing_scope',
  'rate_limited',
  'unreachable',
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
        }),
      )
      .meta({ description: 'Those with problems first; long lists are cut.' }),
    accounts_by_state: z.record(z.string(), z.int()),
    webhook_endpoints: z
      .strictObject({ total: z.int(), disabled: z.int(), failing: z.int() })
      .meta({ description: 'Disabled by the hub after failures; failing but still retried.' }),
    notifications: z
      .strictObject({
        queued: z.int(),
        postponed: z.int(),
        sending: z.int(),
        dead: z.int(),
        failed: z.int(),
        unknown: z.int(),
      })
      .meta({ description: 'Messages that were not delivered, each counted up to 10,000.' }),
    channels_in_trouble: z
      .array(
        z.strictObject({
          channel: z.enum(CHANNEL_KINDS),
          provider: z.string(),
          sent: z.int(),
          troubled: z.int(),
        }),
      )
      .meta({
        description: "Channels in which a tenth or more of the last day's messages failed.",
      }),
    exceptions: z.strictObject({ open: z.int(), overdue: z.int() }),
    activity: z
      .array(
        z.strictObject({
          hour: instant,
          updates: z.int(),
          polls: z.int(),
          webhooks: z.int(),
          messages: z.int(),
          lag_s: z.number().nullable(),
        }),
      )
      .meta({
        description:
          'The last 24 hours of all processes, oldest first: updates recorded, calls to carriers, requests to merchants’ endpoints, messages handed over, and the mean seconds from an inbound message to its parcel (null: there was none). Up to a minute late.',
      }),
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
      .meta({
        description:
          "How many days each kind of data is kept (`WAYBILL_RETENTION`), and which carriers' parcels go so many days after delivery: by the carrier's terms, or by the setting in their place.",
      }),
  })
  .meta({ id: 'OpsOverview' });

export const overviewOperation = operation({
  id: 'getOpsOverview',
  method: 'GET',
  path: '/ops',
  tag: 'Operators',
  console: true,
  summary: 'Get the state of the installation',
  description:
    'Readiness, backlog, dead letters, unknown codes, mappings and carrier accounts of all merchants.',
  scope: 'ops:read',
  answers: { 200: { description: 'The overview.', schema: overview } },
});
