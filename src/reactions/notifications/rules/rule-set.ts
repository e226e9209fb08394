import { z } from 'zod';
import { givenClockTime, givenTimeZone } from '../../../kernel/time/time-kinds.ts';
import { issueText } from '../../../kernel/wire/explain-issues.ts';
import {
  AUDIENCES,
  CHANNEL_KINDS,
  type ChannelKind,
  MILESTONES,
  type Milestone,
  milestone,
} from '../contract.ts';

/**
 * The maximum number of rules, more than there are milestones times audiences; each is checked for
 * each log entry.
 */
const RULES_MAX = 100;
const NAME_CHARS_MAX = 60;
/** The maximum number of carriers or tags that one rule names. */
const ONLY_MAX = 50;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** The longest duration, a month; for a longer window, `forever` is meant. */
const DURATION_MS_MAX = 31 * 24 * HOUR_MS;
const URL_CHARS_MAX = 2_000;

/** @param fix the allowed values: for a union, zod reports the message of the closest branch. */
function durationOr(fix: string) {
  return z
    .string()
    .regex(/^[1-9]\d{0,4}(m|h|d)$/, fix)
    .refine(
      (text) => durationMs(text) <= DURATION_MS_MAX,
      issueText({ 'notifications.writeDurationAtMost': { max: '31d' } }),
    );
}

const duration = durationOr(issueText('notifications.writeDuration'));

const WINDOW_FIX = issueText('notifications.writeWindow');

const quietHours = z
  .strictObject({ from: givenClockTime, to: givenClockTime })
  .refine(({ from, to }) => from !== to, issueText('notifications.quietHoursSame'));

function setOf<Item extends z.ZodType<string>>(item: Item, max: number) {
  return z
    .array(item)
    .min(1)
    .max(max)
    .refine((all) => new Set(all).size === all.length, issueText('notifications.nameEachOnce'));
}

const rule = z
  .strictObject({
    name: z
      .string()
      .max(NAME_CHARS_MAX)
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, issueText('notifications.writeRuleName'))
      .describe('Unique among the rules. Notifications name the rule that made them.'),
    enabled: z.boolean().default(true),
    milestones: setOf(milestone, MILESTONES.length).describe('The milestone.'),
    channels: setOf(z.enum(CHANNEL_KINDS), CHANNEL_KINDS.length).describe('The channel.'),
    audience: setOf(z.enum(AUDIENCES), AUDIENCES.length).describe(
      "The audience: the shipment's `recipient` (email, SMS), its `subscribers` (email, SMS, push), or the `merchant` itself.",
    ),
    template: milestone
      .nullable()
      .default(null)
      .describe("The template's name. Null: the milestone's own."),
    window: z
      .union([z.enum(['default', 'day', 'forever']), durationOr(WINDOW_FIX)], {
        error: WINDOW_FIX,
      })
      .default('default')
      .describe(
        'The notification window: how long the same message is not repeated to an address by the same channel. `default`: 30 minutes; for out_for_delivery a day (until midnight there); for final statuses and requests, for ever.',
      ),
    quiet_hours: z
      .union([z.enum(['default', 'off']), quietHours], {
        error: issueText('notifications.writeQuietHours'),
      })
      .default('default')
      .describe(
        "Quiet hours in the recipient's zone. `default`: those of the set for SMS and push, none for others.",
      ),
    max_age: duration.default('24h').describe('Updates older than this are recorded but not sent.'),
    only: z
      .strictObject({
        carriers: z.array(z.string().min(1).max(64)).max(ONLY_MAX).default([]),
        tags: z.array(z.string().min(1).max(64)).max(ONLY_MAX).default([]),
      })
      .default({ carriers: [], tags: [] })
      .describe('Only for shipments of these carriers, with one of these tags. Empty: all.'),
    to: z
      .union([z.email(), z.url({ protocol: /^https?$/ })], {
        error: issueText('notifications.writeAddressOrUrl'),
      })
      .refine(
        (text) => text.length <= URL_CHARS_MAX,
        issueText({ 'values.sendAtMostCount': { limit: URL_CHARS_MAX, unit: 'character' } }),
      )
      .nullable()
      .default(null)
      .describe("The merchant's own address for the audience `merchant`. Null: the channel's."),
  })
  .superRefine((value, context) => {
    const final = value.milestones.filter((milestone) => FOR_EVER.has(milestone));
    if (final.length > 0 && value.window !== 'default' && value.window !== 'forever') {
      const message = issueText({ 'notifications.sentOnlyOnce': { milestones: final.join(', ') } });
      context.addIssue({ code: 'custom', path: ['window'], message, input: value.window });
    }
    if (
      value.milestones.includes('delivery_request_confirmed') &&
      value.audience.includes('subscribers')
    ) {
      const message = issueText('notifications.requestNotForSubscribers');
      context.addIssue({ code: 'custom', path: ['audience'], message, input: value.audience });
    }
    if (value.to !== null && value.audience.some((audience) => audience !== 'merchant')) {
      const message = issueText('notifications.addressOnlyForMerchant');
      context.addIssue({ code: 'custom', path: ['to'], message, input: value.to });
    }
  })
  .meta({ id: 'NotificationRule', outputId: 'ActiveNotificationRule' });

/**
 * The schema of a whole set of rules, the same in the file and in the API. The first rule that
 * matches decides.
 */
export const ruleSet = z
  .strictObject({
    time_zone: givenTimeZone
      .default('UTC')
      .describe("For quiet hours and days if the destination's zone is unknown."),
    quiet_hours: quietHours.default({ from: '21:00', to: '08:00' }),
    subscribe: z
      .strictObject({ sms: z.enum(['default', 'on', 'off']).default('default') })
      .default({ sms: 'default' })
      .describe(
        'Whether phone numbers may be subscribed. `default`: as the installation is set; if it is not set, only while SMS go to the mailbox.',
      ),
    rules: z
      .array(rule)
      .max(RULES_MAX)
      .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
        error: issueText('notifications.ruleNamesDiffer'),
      }),
  })
  .meta({ id: 'NotificationRules' });

export type RuleSet = Readonly<z.output<typeof ruleSet>>;
export type Rule = RuleSet['rules'][number];
export type QuietHours = z.output<typeof quietHours>;

/**
 * The milestones with a permanent window: what ends a parcel, or a request, cannot happen twice.
 */
const FOR_EVER: ReadonlySet<Milestone> = new Set([
  ...(['delivered', 'returned_to_sender', 'cancelled'] as const),
  'delivery_request_confirmed',
]);
/** The milestones that are about today, so that a second message on the same day is too much. */
const DAILY: ReadonlySet<Milestone> = new Set(['out_for_delivery']);
const ORDINARY_WINDOW_MS = 30 * MINUTE_MS;
/** The channels that make a phone ring or vibrate. */
const QUIET_BY_DEFAULT: ReadonlySet<ChannelKind> = new Set(['sms', 'push']);

export type Window =
  | { readonly kind: 'ms'; readonly ms: number }
  | { readonly kind: 'day' | 'forever' };

/** The window of a rule for a milestone: its own, or the default of the milestone. */
export function windowOf({ window }: Pick<Rule, 'window'>, milestone: Milestone): Window {
  if (window === 'day' || window === 'forever') return { kind: window };
  if (window !== 'default') return { kind: 'ms', ms: durationMs(window) };
  if (FOR_EVER.has(milestone)) return { kind: 'forever' };
  if (DAILY.has(milestone)) return { kind: 'day' };
  return { kind: 'ms', ms: ORDINARY_WINDOW_MS };
}

/** The quiet hours of a rule for a channel; null: there are none. */
export function quietHoursOf(
  set: Pick<RuleSet, 'quiet_hours'>,
  { quiet_hours: own }: Pick<Rule, 'quiet_hours'>,
  channel: ChannelKind,
): QuietHours | null {
  if (own === 'off') return null;
  if (own !== 'default') return own;
  return QUIET_BY_DEFAULT.has(channel) ? set.quiet_hours : null;
}

const UNITS_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: 24 * HOUR_MS };

/**
 * Converts a duration to milliseconds.
 *
 * @example durationMs('30m') // 1_800_000
 */
export function durationMs(text: string): number {
  return Number(text.slice(0, -1)) * (UNITS_MS[text.slice(-1)] ?? 0);
}
