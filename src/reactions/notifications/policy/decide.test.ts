import { describe, expect, it } from 'vitest';
import { readEntry } from '../../../events/read-entry.ts';
import { anEntry } from '../../../events/test-events.ts';
import { ruleSet } from '../rules/rule-set.ts';
import { milestonesOf, type News } from '../triggers/milestones-of.ts';
import { type DecideInput, decide, type Person, toldKey } from './decide.ts';
import { FOR_EVER_MS } from './quiet-hours.ts';

const NOON_MS = Date.parse('2026-03-10T12:00:00Z');
const MINUTE_MS = 60_000;

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
      channels: ['email', 'sms'],
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

const READER: Person = {
  ...{ audience: 'recipient', channel: 'email', addressHash: 'aa', subscriptionId: null },
  ...{ milestones: [], locale: null, preference: null, suppressed: false },
};

type Members = Readonly<Record<string, unknown>>;

/** An event of noon, as the log's reader hands it over. */
function news(data: Members, was: Members = {}, type = 'status_changed'): News {
  const named = type.includes('.') ? type : `shipment.${type}`;
  const entry = anEntry({ type: named, data, previousAttributes: was });
  const event = readEntry(entry);
  if (event.about !== 'shipment') throw new Error(`${type}: ${event.about}`);
  return event;
}

const moved = (status: string, data: Members = {}) =>
  news({ status, ...data }, { status: 'in_transit' });

const toldFor = (key: string, untilMs: number, day: string | null = null) =>
  new Map([[key, { untilMs, position: 1n, day }]]);

function decided(about: News, more: Partial<DecideInput> = {}): string[] {
  const input = { rules: RULES, people: [READER], told: new Map(), nowMs: NOON_MS, ...more };
  return decide({ news: about, ...input }).map(({ milestone, channel, verdict }) => {
    const why = verdict.kind === 'not_sent' ? ` ${verdict.reason}` : '';
    return `${channel} ${milestone} ${verdict.kind}${why}`;
  });
}

describe('what an entry tells', () => {
  it('is the status that was reached, and nothing when only pieces were counted', () => {
    expect(decided(moved('picked_up'))).toEqual(['email picked_up send']);
    expect(decided(news({ status: 'picked_up' }, { pieces: null }))).toEqual([]);
  });

  it('is another problem than before, and that it stands still', () => {
    const problem = { status: 'exception', sub_status: 'damaged' };
    expect(decided(news(problem, { sub_status: 'customs_hold' }))).toEqual([
      'email exception send',
    ]);
    const still = { status: 'in_transit', sub_status: 'stalled' };
    expect(decided(news(still, { sub_status: null }))).toEqual(['email stalled send']);
    expect(decided(news(still, { status: 'picked_up' }))).toEqual([]);
  });

  it('is nothing where a person said that trouble is over, unless they say that it is out for delivery', () => {
    expect(decided(moved('in_transit', { resumed: true }))).toEqual([]);
    expect(decided(moved('picked_up', { resumed: true }))).toEqual([]);
    // The carrier's scan of the same day changes nothing any more: now or never.
    expect(decided(moved('out_for_delivery', { resumed: true }))).toEqual([
      'email out_for_delivery send',
    ]);
  });

  it('is what became of a request; one that was refused to whoever made it in their place is not', () => {
    const settled = (state: string, by: string) =>
      milestonesOf(
        news(
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

  it('is no failed visit of a parcel that is sent back for it, and no trouble that was asked for', () => {
    const held = { ...moved('exception', { sub_status: 'held' }) };
    const requested = { goesBack: false, requested: true };
    expect(decided({ ...held, foresight: requested })).toEqual([
      'email exception not_sent superseded',
    ]);
    expect(decided({ ...held, foresight: { ...requested, requested: false } })).toEqual([
      'email exception send',
    ]);
    const failed = moved('delivery_attempted');
    const rules = ruleSet.parse({
      rules: [{ ...RULES.rules[0], milestones: ['delivery_attempted'], channels: ['email'] }],
    });
    expect(decided(failed, { rules })).toEqual(['email delivery_attempted send']);
    const goesBack = { goesBack: true, requested: false };
    expect(decided({ ...failed, foresight: goesBack }, { rules })).toEqual([
      'email delivery_attempted not_sent superseded',
    ]);
  });

  it('is a delivery for good, once, and not the same entry’s status beside it', () => {
    expect(decided(moved('delivered'))).toEqual([]);
    expect(decided(news({ status: 'delivered' }, {}, 'delivered'))).toEqual([
      'email delivered send',
    ]);
    expect(decided(moved('delivered', { confirmed: false }))).toEqual([
      'email delivered not_sent unconfirmed',
    ]);
  });

  it.each([
    ['edd_changed', '2026-03-13', 'email edd_changed send'],
    ['edd_changed', '2026-03-12', 'email edd_changed not_sent duplicate'],
    ['delay_predicted', '2026-03-13', 'email edd_changed send'],
  ])('is a day that comes back when %s told another last: %s', (milestone, day, expected) => {
    const told = toldFor(toldKey('edd_changed', 'email', 'aa'), FOR_EVER_MS, '2026-03-12');
    if (milestone === 'delay_predicted') {
      const later = { untilMs: FOR_EVER_MS, position: 2n, day };
      told.set(toldKey(milestone, 'email', 'aa'), later);
    } else
      told.set(toldKey('edd_changed', 'email', 'aa'), { untilMs: FOR_EVER_MS, position: 1n, day });
    const estimate = (date: string) => ({
      date,
      from: null,
      to: null,
      source: 'carrier',
      confidence: 0.6,
    });
    const back = {
      ...news(
        { status: 'in_transit', estimated_delivery: estimate('2026-03-12') },
        { estimated_delivery: estimate('2026-03-13') },
        'edd_changed',
      ),
      position: 3n,
    };
    expect(decided(back, { told })).toEqual([expected]);
  });

  it('is a date that moved by a day, not a window that moved by an hour, nor a first date', () => {
    const edd = (
      date: string,
      was: string | null,
      promised: string | null = null,
      source = 'carrier',
      sourceBefore = 'carrier',
    ) =>
      news(
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
      );
    expect(decided(edd('2026-03-13', '2026-03-12'))).toEqual(['email edd_changed send']);
    expect(decided(edd('2026-03-13', '2026-03-12', null, 'model'))).toEqual([
      'email edd_changed send',
    ]);
    // Counted working days move with each scan.
    expect(decided(edd('2026-03-13', '2026-03-12', '2026-03-11', 'rule'))).toEqual([]);
    expect(decided(edd('2026-03-13', '2026-03-12', null, 'carrier', 'rule'))).toEqual([]);
    expect(decided(edd('2026-03-12', '2026-03-12'))).toEqual([]);
    expect(decided(edd('2026-03-12', null))).toEqual([]);
    expect(decided(edd('2026-03-12', null, '2026-03-11'))).toEqual(['email delay_predicted send']);
    expect(decided(edd('2026-03-13', '2026-03-12', '2026-03-11'))).toEqual([
      'email edd_changed send',
    ]);
  });

  it("is no date that is over, nor the model's instead of one that nobody had weighed", () => {
    const edd = (is: object, was: object, promised: string | null = null) =>
      news(
        { status: 'in_transit', estimated_delivery: is, promised_date: promised },
        { estimated_delivery: was },
        'edd_changed',
      );
    const carrier = (date: string, confidence: number | null, to: string | null = null) => ({
      ...{ date, to, source: 'carrier', confidence },
    });
    const model = { date: '2026-03-20', from: '2026-03-19', source: 'model', confidence: 0.5 };
    expect(decided(edd(carrier('2019-03-14', null), carrier('2019-03-12', null)))).toEqual([]);
    const late = edd(carrier('2019-03-14', null), carrier('2019-03-12', null), '2019-03-12');
    expect(decided(late)).toEqual([]);
    const until = carrier('2019-03-14', null, '2026-03-20T18:00:00Z');
    expect(decided(edd(until, carrier('2019-03-12', null)))).toEqual(['email edd_changed send']);
    expect(decided(edd(model, carrier('2026-03-22', null)))).toEqual([]);
    expect(decided(edd(model, carrier('2026-03-22', 0.6)))).toEqual(['email edd_changed send']);
  });

  it('is nothing about the date of a parcel that has arrived', () => {
    const was = { estimated_delivery: { date: '2026-03-12' } };
    const is = { status: 'delivered', estimated_delivery: { date: '2026-03-14' } };
    expect(decided(news(is, was, 'edd_changed'))).toEqual([]);
  });

  it('is each case by itself', () => {
    const opened = (id: string) =>
      news({ status: 'exception', case: { id } }, {}, 'exception_opened');
    const { id } = opened('1');
    const told = toldFor(toldKey(`exception_opened:1:${id}`, 'ticket', merchant()), FOR_EVER_MS);
    expect(decided(opened('1'), { told })).toEqual(['ticket exception_opened not_sent duplicate']);
    expect(decided(opened('2'), { told })).toEqual(['ticket exception_opened send']);
  });

  it('stands in the ticket of a case entry by entry, whatever window is open', () => {
    const subjects = ['opened', 'updated', 'updated', 'resolved', 'opened'].flatMap((what, nr) => {
      const about = news({ status: 'exception', case: { id: '1' } }, {}, `exception_${what}`);
      const people = { rules: RULES, people: [READER], told: new Map(), nowMs: NOON_MS };
      const one = decide({ news: { ...about, id: `e${nr}` }, ...people });
      return one.map(({ subject }) => subject);
    });
    expect(new Set(subjects).size).toBe(5);
  });
});

describe('who is told', () => {
  it('is nobody twice for being recipient and subscriber', () => {
    const subscriber: Person = { ...READER, audience: 'subscribers', subscriptionId: 's' };
    expect(decided(moved('picked_up'), { people: [READER, subscriber] })).toEqual([
      'email picked_up send',
      'email picked_up not_sent duplicate',
    ]);
  });

  it('is a subscriber of what they asked for only', () => {
    const subscriber: Person = { ...READER, audience: 'subscribers', milestones: ['delivered'] };
    expect(decided(moved('picked_up'), { people: [subscriber] })).toEqual([]);
  });

  it('is nobody whose address bounced, who does not want it, or who gave none', () => {
    const preference = {
      unsubscribed: false,
      muted: ['picked_up'],
      locale: null,
      quietHours: null,
    };
    const people: Person[] = [
      { ...READER, addressHash: null },
      { ...READER, addressHash: 'bb', suppressed: true },
      { ...READER, addressHash: 'cc', preference },
      {
        ...READER,
        addressHash: 'dd',
        preference: { ...preference, muted: [], unsubscribed: true },
      },
    ];
    expect(decided(moved('picked_up'), { people })).toEqual([
      'email picked_up not_sent no_address',
      'email picked_up not_sent bounced',
      'email picked_up not_sent preference',
      'email picked_up not_sent preference',
    ]);
  });

  it('is told a correction only after having been told what was wrong', () => {
    const back = news({ status: 'in_transit' }, { status: 'delivered' }, 'corrected');
    expect(decided(back)).toEqual([]);
    const told = toldFor(toldKey('delivered', 'email', 'aa'), FOR_EVER_MS);
    expect(decided(back, { told })).toEqual(['email corrected send']);
  });
});

describe('once', () => {
  const told = (untilMs: number) => toldFor(toldKey('picked_up', 'email', 'aa'), untilMs);

  it('is until the window ends, by the time of the log and not of the reader', () => {
    expect(decided(moved('picked_up'), { told: told(NOON_MS + 1) })).toEqual([
      'email picked_up not_sent duplicate',
    ]);
    expect(decided(moved('picked_up'), { told: told(NOON_MS) })).toEqual(['email picked_up send']);
    const late = { told: told(NOON_MS + 1), nowMs: NOON_MS + 60 * MINUTE_MS };
    expect(decided(moved('picked_up'), late)).toEqual(['email picked_up not_sent duplicate']);
  });

  it('is half an hour, for out_for_delivery the day there, for delivered for ever', () => {
    const ends = (about: News) =>
      decide({ news: about, rules: RULES, people: [READER], told: new Map(), nowMs: NOON_MS }).map(
        ({ toldUntilMs }) => toldUntilMs,
      );
    expect(ends(moved('picked_up'))).toEqual([NOON_MS + 30 * MINUTE_MS]);
    expect(ends(moved('out_for_delivery', { time_zone: 'Asia/Tokyo' }))).toEqual([
      Date.parse('2026-03-11T00:00:00+09:00'),
    ]);
    expect(ends(news({ status: 'delivered' }, {}, 'delivered'))).toEqual([FOR_EVER_MS]);
  });
});

describe('when', () => {
  it('is at once by mail, and in the morning of the recipient by SMS', () => {
    const people: Person[] = [READER, { ...READER, channel: 'sms', addressHash: 'ee' }];
    const night = moved('picked_up', { time_zone: 'Asia/Tokyo' });
    const at = { people, nowMs: NOON_MS };
    expect(decided(night, at)).toEqual(['email picked_up send', 'sms picked_up postpone']);
    expect(decided(moved('picked_up', { time_zone: 'Europe/Berlin' }), at)).toEqual([
      'email picked_up send',
      'sms picked_up send',
    ]);
  });

  it('is when the recipient wants it, in the zone they named', () => {
    const quietHours = { from: '11:00', to: '18:00', time_zone: 'UTC' };
    const preference = { unsubscribed: false, muted: [], locale: null, quietHours };
    expect(decided(moved('picked_up'), { people: [{ ...READER, preference }] })).toEqual([
      'email picked_up postpone',
    ]);
  });

  it('is never for news that is older than the rule wants it', () => {
    const dayMs = 24 * 60 * MINUTE_MS;
    const old = { last_event_at: new Date(NOON_MS - dayMs - 1).toISOString() };
    expect(decided(moved('picked_up', old))).toEqual(['email picked_up not_sent stale']);
    expect(decided(moved('picked_up'), { nowMs: NOON_MS + dayMs + 1 })).toEqual([
      'email picked_up not_sent stale',
    ]);
  });
});

describe('of several rules', () => {
  const rule = { milestones: ['picked_up'], channels: ['email'], audience: ['recipient'] };
  const names = (about: News, rules: object[]) =>
    decide({
      news: about,
      rules: ruleSet.parse({ rules }),
      people: [READER],
      told: new Map(),
      nowMs: NOON_MS,
    }).map((each) => each.rule);

  it('the first that fits decides; carrier and tags say whether it fits', () => {
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
});

function merchant(): string {
  return Buffer.from('merchant:').toString('hex');
}
