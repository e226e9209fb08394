import { expect, it } from 'vitest';
import type { CarrierReport } from '../contract.ts';
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

it('a status beside an empty category is that of a parcel, for the number asked for', () => {
  const empty = { statusCategory: '', statusSummary: '', trackingEvents: [] };
  const outcomeOf = (body: object) => parse({ text: JSON.stringify(body), asked: NUMBER });
  const codesOf = (status: string) => {
    const outcome = outcomeOf({ ...empty, status });
    return outcome.outcome === 'reports' ? outcome.reports[0]?.snapshot.summary?.codes : outcome;
  };
  expect(codesOf('Out for Delivery')).toEqual({ text: 'Out for Delivery' });
  expect(codesOf('Delivered, In/At Mailbox')).toMatchObject({ text: 'Delivered' });
  expect(codesOf('Hello')).toMatchObject({ outcome: 'unreadable' });
  expect(outcomeOf({ status: 'Delivered, In/At Mailbox' }).outcome).toBe('unreadable');
  expect(parse({ text: JSON.stringify({ ...empty, status: 'Accepted' }) }).outcome).toBe(
    'unreadable',
  );
});
