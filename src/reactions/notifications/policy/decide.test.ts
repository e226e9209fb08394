import { describe, expect, it } from 'vitest';
import type { LoggedShipment } from '../../../events/event.ts';
import { anEstimate, anEvent } from '../../../events/test-events.ts';
import type { Status } from '../../../kernel/status.ts';
import { ruleSet } from '../rules/rule-set.ts';
import { oppositeOf } from '../triggers/milestones-of.ts';
import type { DayMessage } from './day-notified.ts';
import { type DecideInput, decide, decideConfirmation, type Notified } from './decide.ts';
import { FOR_EVER_MS } from './quiet-hours.ts';
import { anInput, NO_PREFERENCE, NOON_MS, NOTHING_NOTIFIED, verdictOf } from './test-policy.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const moved = (status: Status, data: Partial<LoggedShipment> = {}) =>
  anEvent('shipment.status_changed', {
    position: 10n,
    data: { status, ...data },
    previousAttributes: { status: 'in_transit' },
  });
const delivered = () =>
  anEvent('shipment.delivered', { position: 10n, data: { status: 'delivered' } });
const corrected = () =>
  anEvent('shipment.corrected', {
    position: 10n,
    data: { status: 'in_transit' },
    previousAttributes: { status: 'delivered' },
  });
const MODEL = { source: 'model', confidence: 0.5 } as const;
const dayMoved = (date: string, was = '2026-03-01') =>
  anEvent('shipment.edd_changed', {
    position: 10n,
    data: { estimated_delivery: anEstimate(date, MODEL) },
    previousAttributes: { estimated_delivery: anEstimate(was, MODEL) },
  });

const address = (notified: Partial<Notified>): DecideInput['address'] => ({
  preference: null,
  suppressed: false,
  notified: { ...NOTHING_NOTIFIED, ...notified },
});
const message = (event: Parameters<typeof anInput>[0], more: Partial<DecideInput['message']>) => ({
  ...anInput(event).message,
  ...more,
});

describe('not sent', () => {
  it('is what was deleted, of which the log is gone, whose rule is off, or which has no address', () => {
    expect(verdictOf(moved('picked_up'), { shipment: null })).toBe('no deleted');
    expect(verdictOf(moved('picked_up'), { event: null })).toBe('no stale');
    expect(verdictOf(moved('picked_up'), { rule: null })).toBe('no rule_off');
    expect(verdictOf(moved('picked_up'), { address: null })).toBe('no no_address');
    const subscribers = message(moved('picked_up'), { audience: 'subscribers' });
    expect(verdictOf(moved('picked_up'), { address: null, message: subscribers })).toBe(
      'no preference',
    );
  });

  it('is what the address does not want, or where its provider reported that it must not be used', () => {
    const wants = (preference: object, suppressed = false) =>
      verdictOf(moved('picked_up'), {
        address: {
          preference: { ...NO_PREFERENCE, ...preference },
          suppressed,
          notified: NOTHING_NOTIFIED,
        },
      });
    expect(wants({ unsubscribed: true })).toBe('no preference');
    expect(wants({ muted: ['picked_up'] })).toBe('no preference');
    expect(wants({ muted: ['delivered'] })).toBe('send');
    expect(wants({}, true)).toBe('no bounced');
  });

  it('is what is older than the rule wants it, the time apart that we kept it ourselves', () => {
    const dayMs = 24 * HOUR_MS;
    expect(verdictOf(moved('picked_up'), { nowMs: NOON_MS + dayMs })).toBe('send');
    expect(verdictOf(moved('picked_up'), { nowMs: NOON_MS + dayMs + 1 })).toBe('no stale');
    const waited = message(moved('picked_up'), { waitedMs: HOUR_MS });
    const late = { message: waited, nowMs: NOON_MS + dayMs + HOUR_MS };
    expect(verdictOf(moved('picked_up'), late)).toBe('send');
    // An old event that was recorded in the log today.
    const old = message(moved('picked_up'), { occurredAtMs: NOON_MS - dayMs - 1 });
    expect(verdictOf(moved('picked_up'), { message: old, nowMs: 0 })).toBe('no stale');
  });

  it('is a delivery that nobody has confirmed', () => {
    expect(verdictOf(moved('delivered', { confirmed: false }))).toBe('no unconfirmed');
    expect(verdictOf(delivered())).toBe('send');
    const doubted = { ...anInput(delivered()).shipment, confirmed: false };
    expect(verdictOf(delivered(), { shipment: doubted as DecideInput['shipment'] })).toBe(
      'no superseded',
    );
  });

  it('is trouble that was asked for, and a failed visit of a parcel that is sent back for it', () => {
    const requested = { goesBack: false, requested: true };
    const goesBack = { goesBack: true, requested: false };
    const neither = { goesBack: false, requested: false };
    expect(verdictOf(moved('exception'), { foresight: requested })).toBe('no superseded');
    expect(verdictOf(moved('exception'), { foresight: goesBack })).toBe('no superseded');
    expect(verdictOf(moved('exception'), { foresight: neither })).toBe('send');
    expect(verdictOf(moved('delivery_attempted'), { foresight: goesBack })).toBe('no superseded');
    expect(verdictOf(moved('delivery_attempted'), { foresight: requested })).toBe('send');
    expect(verdictOf(moved('picked_up'), { foresight: goesBack })).toBe('send');
  });

  it.each([
    ['picked_up', 'in_transit', 'send'],
    ['picked_up', 'out_for_delivery', 'no superseded'],
    ['out_for_delivery', 'delivered', 'no superseded'],
    ['delivery_attempted', 'at_facility', 'send'],
    ['exception', 'in_transit', 'no superseded'],
  ] as const)(
    'is what the parcel has left behind: %s when it is %s: %s',
    (milestone, now, expected) => {
      const shipment = {
        ...anInput(moved('picked_up')).shipment,
        status: now,
      } as DecideInput['shipment'];
      expect(verdictOf(moved(milestone), { shipment })).toBe(expected);
    },
  );

  it('never matters to the merchant’s own systems, which want each event', () => {
    const office = { audience: 'merchant', channel: 'webhook' } as const;
    const shipment = { ...anInput(moved('picked_up')).shipment, status: 'delivered' };
    const more = { message: message(moved('picked_up'), office), shipment };
    expect(verdictOf(moved('picked_up'), more as Partial<DecideInput>)).toBe('send');
    const nightMs = Date.parse('2026-03-10T23:00:00Z');
    expect(verdictOf(moved('picked_up'), { ...more, nowMs: nightMs } as Partial<DecideInput>)).toBe(
      'send',
    );
  });

  it('is, in nobody’s name, what the page of the number does not say', () => {
    const page = { status: 'picked_up', sub_status: null, confirmed: true } as const;
    const says = (status: Status) =>
      verdictOf(moved(status), { page: { ...page, estimated_delivery: null } });
    expect(says('picked_up')).toBe('send');
    expect(says('out_for_delivery')).toBe('no unconfirmed');
    expect(verdictOf(moved('picked_up'), { page: null })).toBe('no unconfirmed');
  });
});

describe('once', () => {
  const notified = (untilMs: number) => ({ address: address({ window: { untilMs } }) });

  it('is until the window ends, by the time of the log and not of the reader', () => {
    expect(verdictOf(moved('picked_up'), notified(NOON_MS + 1))).toBe('no duplicate');
    expect(verdictOf(moved('picked_up'), notified(NOON_MS))).toBe('send');
    const late = { ...notified(NOON_MS + 1), nowMs: NOON_MS + HOUR_MS };
    expect(verdictOf(moved('picked_up'), late)).toBe('no duplicate');
  });

  it('is half an hour, for out_for_delivery the day there, for delivered for ever', () => {
    const until = (event: Parameters<typeof anInput>[0], zone = 'UTC') => {
      const input = anInput(event);
      const shipment = input.shipment && { ...input.shipment, zones: [null, zone] };
      const verdict = decide({ ...input, shipment });
      return verdict.kind === 'send' ? verdict.window : verdict;
    };
    const untilMs = NOON_MS + 30 * MINUTE_MS;
    expect(until(moved('picked_up'))).toEqual({ untilMs, corrects: false });
    expect(until(moved('out_for_delivery'), 'Asia/Tokyo')).toEqual({
      untilMs: Date.parse('2026-03-11T00:00:00+09:00'),
      corrects: false,
    });
    expect(until(delivered())).toEqual({ untilMs: FOR_EVER_MS, corrects: false });
  });

  it('is as long as the rule of this moment says', () => {
    const [rule] = ruleSet.parse({
      rules: [
        {
          name: 'r',
          milestones: ['picked_up'],
          channels: ['email'],
          audience: ['recipient'],
          window: '2h',
        },
      ],
    }).rules;
    const verdict = decide({ ...anInput(moved('picked_up')), rule: rule ?? null });
    expect(verdict).toMatchObject({ window: { untilMs: NOON_MS + 2 * HOUR_MS } });
  });
});

describe('what is final and its correction', () => {
  const last = (subject: string, position = 5n) => ({
    address: address({ last: { subject, position }, window: { untilMs: FOR_EVER_MS } }),
  });

  it('retract one another', () => {
    expect(oppositeOf('delivered')).toBe('corrected:delivered');
    expect(oppositeOf('corrected:delivered')).toBe('delivered');
    expect(oppositeOf('out_for_delivery')).toBeNull();
    expect(oppositeOf('exception_opened:1')).toBeNull();
  });

  it('go to an address by turns, whatever window is open', () => {
    expect(verdictOf(delivered(), last('delivered'))).toBe('no duplicate');
    expect(verdictOf(delivered(), last('corrected:delivered'))).toBe('send');
    expect(verdictOf(corrected(), last('corrected:delivered'))).toBe('no superseded');
    expect(verdictOf(corrected(), last('delivered'))).toBe('send');
    expect(decide(anInput(corrected(), last('delivered')))).toMatchObject({
      window: { corrects: true },
    });
  });

  it('is for nobody who was not notified of what it corrects, but for the merchant', () => {
    expect(verdictOf(corrected())).toBe('no superseded');
    const office = message(corrected(), { audience: 'merchant', channel: 'webhook' });
    expect(verdictOf(corrected(), { message: office })).toBe('send');
  });

  it('is over where a later one was sent meanwhile', () => {
    expect(verdictOf(delivered(), last('corrected:delivered', 11n))).toBe('no superseded');
    expect(verdictOf(corrected(), last('delivered', 11n))).toBe('no superseded');
  });
});

describe('a day that moved', () => {
  const day = (position: bigint, date: string, more: Partial<DayMessage> = {}): DayMessage => ({
    ofMove: true,
    position,
    day: date,
    waits: false,
    recordedAtMs: NOON_MS - 2 * HOUR_MS,
    ...more,
  });
  const beside = (...days: DayMessage[]) => ({
    address: address({ days, window: { untilMs: FOR_EVER_MS } }),
  });

  it('is sent where another day was, within whatever window', () => {
    expect(verdictOf(dayMoved('2026-03-13'), beside(day(5n, '2026-03-12')))).toBe('send');
    expect(verdictOf(dayMoved('2026-03-12'), beside(day(5n, '2026-03-12')))).toBe('no duplicate');
    const predicted = day(5n, '2026-03-13', { ofMove: false });
    expect(verdictOf(dayMoved('2026-03-12'), beside(day(4n, '2026-03-12'), predicted))).toBe(
      'send',
    );
  });

  it('waits until it has stayed for an hour where it moved again so soon', () => {
    const recent = { recordedAtMs: NOON_MS - 20 * MINUTE_MS };
    const moves = beside(day(5n, '2026-03-12', recent));
    expect(verdictOf(dayMoved('2026-03-13'), moves)).toBe('wait settling 60');
    expect(verdictOf(dayMoved('2026-03-13'), { ...moves, nowMs: NOON_MS + HOUR_MS })).toBe('send');
    const still = beside(day(5n, '2026-03-12'), day(6n, '2026-03-14', { ...recent, waits: true }));
    expect(verdictOf(dayMoved('2026-03-12'), still)).toBe('wait settling 60');
    expect(verdictOf(dayMoved('2026-03-12'), { ...still, nowMs: NOON_MS + HOUR_MS })).toBe(
      'no duplicate',
    );
  });

  it('is over where it moved again meanwhile, or is another by now', () => {
    expect(verdictOf(dayMoved('2026-03-13'), beside(day(11n, '2026-03-14', { waits: true })))).toBe(
      'no superseded',
    );
    const input = anInput(dayMoved('2026-03-13'));
    const shipment = input.shipment && { ...input.shipment, estimate: { date: '2026-03-14' } };
    expect(verdictOf(dayMoved('2026-03-13'), { shipment })).toBe('no superseded');
  });
});

describe('when', () => {
  const NIGHT_MS = Date.parse('2026-03-10T22:00:00Z');
  const sms = message(moved('picked_up'), { channel: 'sms' });

  it('is at once by mail, and in the morning of the recipient by SMS', () => {
    expect(verdictOf(moved('picked_up'), { nowMs: NIGHT_MS })).toBe('send');
    const night = { message: sms, nowMs: NIGHT_MS };
    expect(verdictOf(moved('picked_up'), night)).toBe('wait quiet_hours 600');
    const { shipment } = anInput(moved('picked_up'));
    const there = shipment && { ...shipment, zones: ['America/New_York', 'UTC'] };
    expect(verdictOf(moved('picked_up'), { ...night, shipment: there })).toBe('send');
  });

  it('is never for a courier who is minutes away when the night is over only later', () => {
    const soonThere = {
      expected_at: '2026-03-10T22:10:00Z',
      because: 'time',
      stops_before: 0,
    } as const;
    const arriving = () =>
      anEvent('shipment.arriving', { data: { status: 'out_for_delivery', arriving: soonThere } });
    const minutes = { ...anInput(arriving()).rule, max_age: '15m' } as DecideInput['rule'];
    const by = (channel: 'sms' | 'email') => ({
      rule: minutes,
      nowMs: NIGHT_MS,
      message: message(arriving(), { channel, occurredAtMs: NIGHT_MS }),
    });
    expect(verdictOf(arriving(), by('email'))).toBe('send');
    expect(verdictOf(arriving(), by('sms'))).toBe('no stale');
    const nearlyMorning = NIGHT_MS + 595 * MINUTE_MS;
    const soon = { ...by('sms').message, occurredAtMs: nearlyMorning };
    expect(verdictOf(arriving(), { rule: minutes, message: soon, nowMs: nearlyMorning })).toBe(
      'wait quiet_hours 5',
    );
  });

  it('is when the recipient wants it, in the zone they named', () => {
    const quietHours = { from: '11:00', to: '18:00', time_zone: 'UTC' };
    const preference = { ...NO_PREFERENCE, quietHours };
    const wants = { address: { preference, suppressed: false, notified: NOTHING_NOTIFIED } };
    expect(verdictOf(moved('picked_up'), wants)).toBe('wait quiet_hours 360');
  });

  it('is never for what is not to be sent anyhow', () => {
    const night = { message: sms, nowMs: NIGHT_MS };
    const window = { untilMs: FOR_EVER_MS };
    expect(verdictOf(moved('picked_up'), { ...night, address: address({ window }) })).toBe(
      'no duplicate',
    );
  });

  it('is the later of a day that settles and quiet hours', () => {
    const recordedAtMs = NOON_MS - 20 * MINUTE_MS;
    const day = {
      ofMove: true,
      position: 5n,
      day: '2026-03-12',
      waits: false,
      recordedAtMs,
    };
    const more = { address: address({ days: [day] }) };
    const hours = {
      ...NO_PREFERENCE,
      quietHours: { from: '11:00', to: '12:30', time_zone: 'UTC' },
    };
    const quiet = { address: { ...more.address, preference: hours } as DecideInput['address'] };
    expect(verdictOf(dayMoved('2026-03-13'), quiet)).toBe('wait settling 60');
    const long = { ...hours, quietHours: { from: '11:00', to: '18:00', time_zone: 'UTC' } };
    const later = { address: { ...more.address, preference: long } as DecideInput['address'] };
    expect(verdictOf(dayMoved('2026-03-13'), later)).toBe('wait quiet_hours 360');
  });
});

it('the question whether an address wants to be notified is asked once, and not too late', () => {
  const terms = { isDeleted: false, isAnswered: false, staleAtMs: NOON_MS, nowMs: NOON_MS };
  const kind = (more: object) => {
    const verdict = decideConfirmation({ ...terms, ...more });
    return verdict.kind === 'no' ? verdict.reason : verdict.kind;
  };
  expect(kind({})).toBe('send');
  expect(kind({ nowMs: NOON_MS + 1 })).toBe('stale');
  expect(kind({ isAnswered: true })).toBe('preference');
  expect(kind({ isDeleted: true })).toBe('deleted');
});
