import { describe, expect, it } from 'vitest';
import type { ShipmentEvent } from '../../../events/event.ts';
import { readEntry } from '../../../events/read-entry.ts';
import { anEntry } from '../../../events/test-events.ts';
import { ruleSet } from '../rules/rule-set.ts';
import { milestonesOf } from './milestones-of.ts';
import { audiencesOf, notificationsFor, type Subscriber } from './route.ts';

const RULES = ruleSet.parse({
  rules: [
    {
      name: 'all',
      milestones: [
        'picked_up',
        'out_for_delivery',
        'delivered',
        'exception',
        'stalled',
        'edd_changed',
        'delay_predicted',
        'corrected',
      ],
      channels: ['email', 'push'],
      audience: ['recipient', 'subscribers'],
    },
    {
      name: 'ticket',
      milestones: ['exception_opened', 'exception_updated', 'exception_resolved'],
      channels: ['ticket'],
      audience: ['merchant'],
    },
  ],
});

type Members = Readonly<Record<string, unknown>>;

/** An event at noon, as the reader of the log passes it on. */
function anEventOf(data: Members, was: Members = {}, type = 'status_changed'): ShipmentEvent {
  const named = type.includes('.') ? type : `shipment.${type}`;
  const event = readEntry(anEntry({ type: named, data, previousAttributes: was }));
  if (event.about !== 'shipment') throw new Error(`${type}: ${event.about}`);
  return event;
}

const moved = (status: string, data: Members = {}) =>
  anEventOf({ status, ...data }, { status: 'in_transit' });

const SUBSCRIBER: Subscriber = { id: 's', channel: 'email', addressHash: 'bb', milestones: [] };

/** The notes for an event, such as `email recipient picked_up`. */
function noted(event: ShipmentEvent, subscribers: readonly Subscriber[] = [], rules = RULES) {
  return notificationsFor(event, rules, subscribers).map(({ channel, audience, milestone }) =>
    [channel, audience, milestone].join(' '),
  );
}

const milestones = (event: ShipmentEvent) => milestonesOf(event).map(({ milestone }) => milestone);

describe('what an event says', () => {
  it('is the status that was reached, and nothing when only pieces were counted', () => {
    expect(milestones(moved('picked_up'))).toEqual(['picked_up']);
    expect(milestones(anEventOf({ status: 'picked_up' }, { pieces: null }))).toEqual([]);
  });

  it('is another problem than before, and that it stands still', () => {
    const problem = { status: 'exception', sub_status: 'damaged' };
    expect(milestones(anEventOf(problem, { sub_status: 'customs_hold' }))).toEqual(['exception']);
    const still = { status: 'in_transit', sub_status: 'stalled' };
    expect(milestones(anEventOf(still, { sub_status: null }))).toEqual(['stalled']);
    expect(milestones(anEventOf(still, { status: 'picked_up' }))).toEqual([]);
  });

  it('is nothing where a person said that trouble is over, unless they say that it is out for delivery', () => {
    expect(milestones(moved('in_transit', { resumed: true }))).toEqual([]);
    expect(milestones(moved('picked_up', { resumed: true }))).toEqual([]);
    // The carrier's scan of the same day changes nothing any more, so the message must be sent now.
    expect(milestones(moved('out_for_delivery', { resumed: true }))).toEqual(['out_for_delivery']);
  });

  it('is what became of a request; a refusal only for whoever made the request', () => {
    const settled = (state: string, by: string) =>
      milestonesOf(
        anEventOf(
          { status: 'at_facility', delivery_request: { id: 'w', state, made_by: by } },
          {},
          'delivery_request.resolved',
        ),
      ).map(({ subject }) => subject);
    for (const by of ['recipient', 'merchant']) {
      expect(settled('accepted', by)).toEqual(['delivery_request_confirmed:w']);
      expect(settled('done', by)).toEqual(['delivery_request_confirmed:w']);
    }
    expect(settled('refused', 'recipient')).toEqual(['delivery_request_confirmed:w']);
    expect(settled('refused', 'merchant')).toEqual([]);
  });

  it('is a delivery for good, and not the same event’s status beside it', () => {
    expect(milestones(moved('delivered'))).toEqual([]);
    expect(milestones(anEventOf({ status: 'delivered' }, {}, 'delivered'))).toEqual(['delivered']);
    // It is noted, so that the reason why nobody is notified is recorded (policy/decide.ts).
    expect(milestones(moved('delivered', { confirmed: false }))).toEqual(['delivered']);
  });

  it('happened when the carrier says so, and never later than the event', () => {
    const at = (data: Members) => milestonesOf(moved('picked_up', data))[0]?.occurredAtMs;
    const { occurredAtMs } = moved('picked_up');
    expect(at({ last_event_at: '2026-03-10T11:00:00.000Z' })).toBe(occurredAtMs - 3_600_000);
    expect(at({ last_event_at: '2026-03-10T13:00:00.000Z' })).toBe(occurredAtMs);
    expect(at({ last_event_at: null })).toBe(occurredAtMs);
  });

  it('is a date that moved by a day, not a window that moved by an hour, nor a first date', () => {
    const edd = (
      date: string,
      was: string | null,
      promised: string | null = null,
      source = 'carrier',
      sourceBefore = 'carrier',
    ) =>
      milestones(
        anEventOf(
          {
            status: 'in_transit',
            estimated_delivery: { date, from: '10:00', source },
            promised_date: promised,
          },
          {
            estimated_delivery:
              was === null ? null : { date: was, from: '09:00', source: sourceBefore },
          },
          'edd_changed',
        ),
      );
    expect(edd('2026-03-13', '2026-03-12')).toEqual(['edd_changed']);
    expect(edd('2026-03-13', '2026-03-12', null, 'model')).toEqual(['edd_changed']);
    // Dates that are counted in working days move with each scan.
    expect(edd('2026-03-13', '2026-03-12', '2026-03-11', 'rule')).toEqual([]);
    expect(edd('2026-03-13', '2026-03-12', null, 'carrier', 'rule')).toEqual([]);
    expect(edd('2026-03-12', '2026-03-12')).toEqual([]);
    expect(edd('2026-03-12', null)).toEqual([]);
    expect(edd('2026-03-12', null, '2026-03-11')).toEqual(['delay_predicted']);
    expect(edd('2026-03-13', '2026-03-12', '2026-03-11')).toEqual(['edd_changed']);
  });

  it("is no date that is over, nor the model's instead of one that nobody had weighed", () => {
    const edd = (is: object, was: object, promised: string | null = null) =>
      milestones(
        anEventOf(
          { status: 'in_transit', estimated_delivery: is, promised_date: promised },
          { estimated_delivery: was },
          'edd_changed',
        ),
      );
    const carrier = (date: string, confidence: number | null, to: string | null = null) => ({
      date,
      to_local: to,
      source: 'carrier',
      confidence,
    });
    const model = {
      date: '2026-03-20',
      from_local: '2026-03-19',
      source: 'model',
      confidence: 0.5,
    };
    expect(edd(carrier('2019-03-14', null), carrier('2019-03-12', null))).toEqual([]);
    expect(edd(carrier('2019-03-14', null), carrier('2019-03-12', null), '2019-03-12')).toEqual([]);
    const until = carrier('2019-03-14', null, '2026-03-20T18:00:00Z');
    expect(edd(until, carrier('2019-03-12', null))).toEqual(['edd_changed']);
    expect(edd(model, carrier('2026-03-22', null))).toEqual([]);
    expect(edd(model, carrier('2026-03-22', 0.6))).toEqual(['edd_changed']);
  });

  it('is that the courier is nearly there, each attempt by itself, and nothing once it is over', () => {
    const arriving = {
      expected_at: '2026-03-10T12:10:00.000Z',
      because: 'time',
      stops_before: 1,
    };
    const statusEvent = (status: string) =>
      milestonesOf({ ...anEventOf({ status, arriving }, {}, 'arriving'), id: 'e1' });
    expect(statusEvent('out_for_delivery')).toMatchObject([
      { milestone: 'arriving', subject: 'arriving:e1' },
    ]);
    expect(statusEvent('delivered')).toEqual([]);
  });

  it('is nothing about the date of a parcel that has arrived', () => {
    const was = { estimated_delivery: { date: '2026-03-12' } };
    const is = { status: 'delivered', estimated_delivery: { date: '2026-03-14' } };
    expect(milestones(anEventOf(is, was, 'edd_changed'))).toEqual([]);
  });
});

describe('for whom an event is noted', () => {
  it('is whoever the rules name, by the channels that reach them', () => {
    expect(noted(moved('picked_up'), [SUBSCRIBER])).toEqual([
      'email recipient picked_up',
      'email subscribers picked_up',
    ]);
    expect(noted(moved('at_facility'), [SUBSCRIBER])).toEqual([]);
  });

  it('is a subscriber by the channel they gave, and of what they asked for only', () => {
    const push: Subscriber = { ...SUBSCRIBER, id: 'p', channel: 'push', milestones: ['delivered'] };
    expect(noted(moved('picked_up'), [push])).toEqual(['email recipient picked_up']);
    const delivered = anEventOf({ status: 'delivered' }, {}, 'delivered');
    expect(noted(delivered, [push])).toEqual([
      'email recipient delivered',
      'push subscribers delivered',
    ]);
  });

  it('is nobody where no rule asks for it', () => {
    expect([...audiencesOf(moved('at_facility'), RULES)]).toEqual([]);
    expect([...audiencesOf(moved('picked_up'), RULES)]).toEqual(['recipient', 'subscribers']);
  });

  it('is each case by itself, and in its ticket event by event', () => {
    const subjects = ['opened', 'updated', 'updated', 'resolved', 'opened'].flatMap(
      (what, index) => {
        const event = anEventOf(
          { status: 'exception', case: { id: '1' } },
          {},
          `exception_${what}`,
        );
        return notificationsFor({ ...event, id: `e${index}` }, RULES, []).map(
          ({ subject }) => subject,
        );
      },
    );
    expect(subjects[0]).toBe('exception_opened:1:e0');
    expect(new Set(subjects).size).toBe(5);
  });
});

describe('of several rules', () => {
  const rule = { milestones: ['picked_up'], channels: ['email'], audience: ['recipient'] };
  const names = (event: ShipmentEvent, rules: object[]) =>
    notificationsFor(event, ruleSet.parse({ rules }), []).map((each) => each.rule);

  it('the first that fits counts; carrier and tags say whether it fits', () => {
    const rules = [
      { ...rule, name: 'off', enabled: false },
      { ...rule, name: 'other', only: { carriers: ['bolt'] } },
      { ...rule, name: 'gifts', only: { tags: ['gift'] } },
      { ...rule, name: 'rest' },
    ];
    expect(names(moved('picked_up', { tags: ['gift'] }), rules)).toEqual(['gifts']);
    expect(names(moved('picked_up'), rules)).toEqual(['rest']);
    expect(names(moved('picked_up', { carrier: 'bolt' }), rules)).toEqual(['other']);
  });

  it('each for another address of the merchant counts', () => {
    const office = { ...rule, audience: ['merchant'] };
    const rules = [
      { ...office, name: 'one', to: 'one@example.com' },
      { ...office, name: 'again', to: 'one@example.com' },
      { ...office, name: 'two', to: 'two@example.com' },
    ];
    expect(names(moved('picked_up'), rules)).toEqual(['one', 'two']);
  });

  it('the words are the rule’s, where it names others than the milestone’s', () => {
    const rules = ruleSet.parse({ rules: [{ ...rule, name: 'own', template: 'in_transit' }] });
    const [note] = notificationsFor(moved('picked_up'), rules, []);
    expect(note).toMatchObject({ milestone: 'picked_up', template: 'in_transit' });
  });
});
