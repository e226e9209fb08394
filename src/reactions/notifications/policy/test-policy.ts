import type { ShipmentEvent } from '../../../events/event.ts';
import { ruleSet } from '../rules/rule-set.ts';
import { milestonesOf } from '../triggers/milestones-of.ts';
import { type DecideInput, decide, type Notified, type Preference } from './decide.ts';

/** A Tuesday noon, when the events of `anEvent` are recorded. */
export const NOON_MS = Date.parse('2026-03-10T12:00:00Z');

export const NOTHING_NOTIFIED: Notified = { window: null, last: null, days: [] };

export const NO_PREFERENCE: Preference = {
  unsubscribed: false,
  muted: [],
  locale: null,
  quietHours: null,
};

const [RULE] = ruleSet.parse({
  rules: [{ name: 'all', milestones: ['delivered'], channels: ['email'], audience: ['recipient'] }],
}).rules;

/** A mail to the recipient about an event that has just happened; `more` replaces members. */
export function anInput(event: ShipmentEvent, more: Partial<DecideInput> = {}): DecideInput {
  const [update] = milestonesOf(event);
  if (update === undefined || RULE === undefined) throw new Error(`${event.type} says nothing`);
  const { status, sub_status: subStatus, confirmed, estimated_delivery: estimate } = event.data;
  return {
    message: { ...update, channel: 'email', audience: 'recipient', carriesPin: false, waitedMs: 0 },
    event,
    shipment: {
      status,
      subStatus: subStatus ?? null,
      confirmed: confirmed ?? true,
      estimate: estimate ?? null,
      zones: ['UTC'],
    },
    rules: { time_zone: 'UTC', quiet_hours: { from: '21:00', to: '08:00' } },
    rule: RULE,
    address: { preference: null, suppressed: false, notified: NOTHING_NOTIFIED },
    caseSince: null,
    foresight: null,
    page: 'own',
    nowMs: NOON_MS,
    ...more,
  };
}

/** The decision as a text: `send`, `wait settling 60` (minutes from now), `no stale`. */
export function verdictOf(event: ShipmentEvent, more: Partial<DecideInput> = {}): string {
  const input = anInput(event, more);
  const verdict = decide(input);
  if (verdict.kind === 'no') return `no ${verdict.reason}`;
  if (verdict.kind === 'send') return 'send';
  return `wait ${verdict.why} ${(verdict.untilMs - input.nowMs) / 60_000}`;
}
