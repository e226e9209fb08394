import { expect, it } from 'vitest';
import type { CarrierReport } from '../contract/contract.ts';
import { parse } from './parse.ts';

const NUMBER = '9400100000000000000006';
const OTHER = '9400100000000000000013';

function reportsOf(body: unknown): readonly CarrierReport[] {
  const outcome = parse({ text: JSON.stringify(body) });
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  return outcome.reports;
}

it('a list of answers is read under whatever name it has', () => {
  const answers = [
    { trackingNumber: NUMBER, statusCategory: 'In Transit' },
    { trackingNumber: OTHER, statusCategory: 'Accepted' },
  ];
  expect(reportsOf({ parcels: answers, count: 2 })).toEqual(reportsOf(answers));
  for (const body of [
    { parcels: [] },
    { parcels: answers, others: answers },
    { parcels: [...answers, {}] },
  ]) {
    expect(parse({ text: JSON.stringify(body) }).outcome).toBe('unreadable');
  }
});

it('one event beside the number is news and no whole history', () => {
  const codesOf = (event: object) => {
    const [report] = reportsOf({ trackingNumber: NUMBER, ...event });
    expect(report).toMatchObject({ trackingNumber: NUMBER, fullHistory: false });
    return report?.facts.map(({ codes }) => codes);
  };
  expect(codesOf({ eventCode: 'OF' })).toEqual([{ code: 'OF' }]);
  expect(codesOf({ eventType: 'OUT_FOR_DELIVERY' })).toEqual([{ text: 'Out for Delivery' }]);
  expect(codesOf({ eventType: '03', eventDescription: 'Acceptance' })).toEqual([{ code: '03' }]);
  expect(parse({ text: JSON.stringify({ eventCode: 'OF' }) }).outcome).toBe('unreadable');
});

it('a category is known however it is spelled', () => {
  const of = (statusCategory: string) =>
    reportsOf({ trackingNumber: NUMBER, statusCategory })[0]?.snapshot.summary?.codes;
  expect(of('IN_TRANSIT')).toEqual({ category: 'In Transit' });
  expect(of('PRE_SHIPMENT')).toEqual({ category: 'Pre-Shipment' });
  expect(of('delivered to agent')).toEqual({ category: 'Delivered to Agent' });
  expect(of('NOT_DELIVERED')).toEqual({ category: 'NOT_DELIVERED' });
});

it('a parcel of a list of what is on its way keeps its status one level down', () => {
  const summaryOf = (body: object) =>
    reportsOf({ trackingNumber: NUMBER, nickname: 'box', ...body })[0]?.snapshot.summary;
  const deliveryInfo = { statusCategory: 'Out for Delivery', status: 'Out for Delivery' };
  expect(summaryOf({ deliveryInfo })).toEqual(summaryOf(deliveryInfo));
  expect(summaryOf({ deliveryInfo: { statusCategory: 'Preparing for Delivery' } })?.codes).toEqual({
    category: 'Preparing for Delivery',
  });
  // What the answer says itself is not overruled.
  expect(summaryOf({ statusCategory: 'In Transit', deliveryInfo })?.codes).toEqual({
    category: 'In Transit',
  });
  for (const said of [{}, { status: 7 }, 'Delivered', null]) {
    const text = JSON.stringify({ trackingNumber: NUMBER, deliveryInfo: said });
    expect(parse({ text }).outcome).toBe('unreadable');
  }
});

it('a status beside an empty category or no events is that of a parcel, for the number asked for', () => {
  const empty = { statusCategory: '', statusSummary: '', trackingEvents: [] };
  const outcomeOf = (body: object) => parse({ text: JSON.stringify(body), asked: NUMBER });
  const codesOf = (status: string) => {
    const outcome = outcomeOf({ ...empty, status });
    return outcome.outcome === 'reports' ? outcome.reports[0]?.snapshot.summary?.codes : outcome;
  };
  expect(codesOf('Out for Delivery')).toEqual({ text: 'Out for Delivery' });
  expect(codesOf('Delivered, In/At Mailbox')).toMatchObject({ text: 'Delivered' });
  expect(codesOf('Hello')).toMatchObject({ outcome: 'unreadable' });
  expect(outcomeOf({ status: 'Delivered', trackingEvents: [] }).outcome).toBe('reports');
  expect(outcomeOf({ status: 'Delivered, In/At Mailbox' }).outcome).toBe('unreadable');
  expect(parse({ text: JSON.stringify({ ...empty, status: 'Accepted' }) }).outcome).toBe(
    'unreadable',
  );
});

it('events of the Web Tools are read in the spelling of today, newest first', () => {
  const event = (words: string, eventCode: string, day: number) => ({
    event: words,
    eventCode,
    eventCity: 'TAMPA',
    eventState: 'FL',
    eventDate: `March ${day}, 2025`,
    eventTime: '8:05 am',
  });
  const arrived = event('Arrived at USPS Regional Facility', '10', 9);
  const body = {
    trackSummary: arrived,
    trackDetail: [event('Acceptance', '03', 8), {}, { event: 7 }, null],
  };
  const [report] = reportsOf({ trackingNumber: NUMBER, ...body });
  expect(report?.facts.map(({ codes, time, place }) => [codes, time.local, place?.city])).toEqual([
    [{ code: '10' }, '2025-03-09T08:05', 'TAMPA'],
    [{ code: '03' }, '2025-03-08T08:05', 'TAMPA'],
  ]);
  const asked = parse({ text: JSON.stringify(body), asked: NUMBER });
  expect(asked).toMatchObject({ reports: [{ trackingNumber: NUMBER }] });
  // One object is a list of one; what has events of its own is no such answer.
  const alone = { trackingNumber: NUMBER, trackDetail: arrived };
  expect(reportsOf(alone)[0]?.facts).toHaveLength(1);
  const own = {
    trackingNumber: NUMBER,
    trackSummary: arrived,
    trackingEvents: [{ eventCode: 'OF' }],
  };
  expect(reportsOf(own)[0]?.facts.map(({ codes }) => codes)).toEqual([{ code: 'OF' }]);
  expect(
    parse({ text: JSON.stringify({ ...body, trackSummary: {}, trackDetail: [] }) }).outcome,
  ).toBe('unreadable');
});

it('the code of delivery beside words of something else makes no delivery', () => {
  const codesOf = (eventType: string) => {
    const trackingEvents = [{ eventCode: '01', eventType }];
    return reportsOf([{ trackingNumber: NUMBER, trackingEvents }])[0]?.facts[0]?.codes;
  };
  expect(codesOf('Departed USPS Facility')).toEqual({ text: 'Departed USPS Facility' });
  expect(codesOf('Accepted')).toEqual({ text: 'Accepted' });
  expect(codesOf('Delivered, In/At Mailbox')).toEqual({ code: '01' });
  expect(codesOf('Delivered')).toEqual({ code: '01' });
  expect(codesOf('Words nobody knows')).toEqual({ code: '01' });
});

it('a status spelled like a constant and named a code is the status', () => {
  const summaryOf = (statusCode: string) =>
    reportsOf({ trackingNumber: NUMBER, statusCode, events: [] })[0]?.snapshot.summary?.codes;
  expect(summaryOf('OUT_FOR_DELIVERY')).toEqual({ text: 'Out for Delivery' });
  expect(summaryOf('DELIVERED')).toEqual({ text: 'Delivered' });
  expect(summaryOf('IN_TRANSIT')).toEqual({ category: 'In Transit' });
  const outcomeOf = (body: object) =>
    parse({ text: JSON.stringify({ trackingNumber: NUMBER, ...body }) }).outcome;
  expect(outcomeOf({ statusCode: 'DELIVERED_TO_CUSTOMS' })).toBe('unreadable');
  expect(outcomeOf({ statusCode: '404' })).toBe('not_found');
});
