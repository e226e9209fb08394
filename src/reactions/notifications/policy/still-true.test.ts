import { describe, expect, it } from 'vitest';
import { STATUSES, type Status } from '../../../kernel/status.ts';
import { MILESTONES, type Milestone } from '../contract.ts';
import { type Claim, isStillTrue, type ShipmentNow } from './still-true.ts';

const now = (more: Partial<ShipmentNow> = {}): ShipmentNow => ({
  status: 'in_transit',
  subStatus: null,
  confirmed: true,
  estimate: null,
  zones: [],
  ...more,
});

const CLAIM: Claim = { day: null, reason: null, wrong: null, caseSince: null };

/** The statuses in which a message about the milestone is still worth sending. */
const worthIn = (milestone: Milestone): readonly Status[] =>
  STATUSES.filter((status) => isStillTrue(milestone, CLAIM, now({ status })));

describe('a message is worth sending', () => {
  it.each<[Milestone, readonly Status[]]>([
    ['created', ['created', 'picked_up', 'in_transit', 'at_facility']],
    ['picked_up', ['created', 'picked_up', 'in_transit', 'at_facility']],
    ['in_transit', ['in_transit', 'at_facility']],
    ['at_facility', ['in_transit', 'at_facility']],
    ['out_for_delivery', ['out_for_delivery']],
    ['available_for_pickup', ['available_for_pickup']],
    ['delivery_attempted', ['in_transit', 'at_facility', 'delivery_attempted', 'exception']],
    ['exception', ['exception']],
    ['returning', ['returning']],
    ['delivered', ['delivered']],
    ['returned_to_sender', ['returned_to_sender']],
    ['cancelled', ['cancelled']],
    ['edd_changed', ['created', 'picked_up', 'in_transit', 'at_facility', 'exception']],
    ['delay_predicted', ['created', 'picked_up', 'in_transit', 'at_facility', 'exception']],
  ])('%s: while the parcel is %j', (milestone, statuses) => {
    expect(new Set(worthIn(milestone))).toEqual(new Set(statuses));
  });

  it.each<Milestone>(['exception_opened', 'exception_updated', 'delivery_request_confirmed'])(
    '%s: until the parcel has come, gone back or was called off',
    (milestone) => {
      const over = STATUSES.filter((status) => !worthIn(milestone).includes(status));
      expect(new Set(over)).toEqual(
        new Set(['delivered', 'returning', 'returned_to_sender', 'cancelled']),
      );
    },
  );

  it('whatever the status, when no status makes it wrong', () => {
    const always = MILESTONES.filter((milestone) => worthIn(milestone).length === STATUSES.length);
    expect(always.length).toBeGreaterThan(0);
  });
});

it('a delivery is announced only when it is confirmed, and its correction when there was none', () => {
  expect(isStillTrue('delivered', CLAIM, now({ status: 'delivered', confirmed: false }))).toBe(
    false,
  );
  expect(isStillTrue('corrected', CLAIM, now({ status: 'delivered' }))).toBe(false);
  expect(isStillTrue('corrected', CLAIM, now({ status: 'out_for_delivery' }))).toBe(true);
});

it('silence is announced as long as it lasts', () => {
  expect(isStillTrue('stalled', CLAIM, now({ subStatus: 'stalled' }))).toBe(true);
  expect(isStillTrue('stalled', CLAIM, now({ subStatus: 'weather_delay' }))).toBe(false);
  expect(isStillTrue('stalled', CLAIM, now())).toBe(false);
});

it.each<Milestone>(['edd_changed', 'delay_predicted'])('%s names the day that is shown', (each) => {
  const estimate = { date: '2026-03-13' };
  expect(isStillTrue(each, { ...CLAIM, day: '2026-03-13' }, now({ estimate }))).toBe(true);
  expect(isStillTrue(each, { ...CLAIM, day: '2026-03-12' }, now({ estimate }))).toBe(false);
  expect(isStillTrue(each, { ...CLAIM, day: '2026-03-13' }, now())).toBe(false);
});

it('other messages do not mind which day is shown', () => {
  const estimate = { date: '2026-03-13' };
  expect(isStillTrue('in_transit', { ...CLAIM, day: '2026-03-12' }, now({ estimate }))).toBe(true);
});

it('a problem is worth a message until another one is reported', () => {
  const customs = { ...CLAIM, reason: 'customs_hold' };
  const parcel = (subStatus: string) => now({ status: 'exception', subStatus });
  expect(isStillTrue('exception', customs, parcel('customs_hold'))).toBe(true);
  expect(isStillTrue('exception', customs, parcel('address_not_found'))).toBe(false);
});

it('a correction is wrong once the parcel has the corrected status again', () => {
  const correction = { ...CLAIM, wrong: 'cancelled' };
  expect(isStillTrue('corrected', correction, now())).toBe(true);
  expect(isStillTrue('corrected', correction, now({ status: 'cancelled' }))).toBe(false);
});

it('a case is announced while it is open, and its end until it is opened again', () => {
  const since = (caseSince: Claim['caseSince']) => ({ ...CLAIM, caseSince });
  for (const milestone of ['exception_opened', 'exception_updated'] as const) {
    expect(isStillTrue(milestone, since('resolved'), now())).toBe(false);
    expect(isStillTrue(milestone, since('opened'), now())).toBe(true);
  }
  expect(isStillTrue('exception_resolved', since('opened'), now())).toBe(false);
  expect(isStillTrue('exception_resolved', since('resolved'), now())).toBe(true);
});
