import { expect, it } from 'vitest';
import { parse } from '../parse.ts';
import { wordsAgainst } from './said-and-coded.ts';

const NUMBER = '9400100000000000000006';

it.each([
  ['02', 'Out for Delivery', 'Out for Delivery'],
  ['08', 'Departed USPS Regional Facility, PORTLAND', 'Departed USPS Regional Facility'],
  ['ZZ', 'Arrived at Hub', 'Arrived at Hub'],
  ['05', 'Notice Left (Business Closed)', 'Notice Left'],
  ['OF', 'Out for Delivery', null],
  ['56', 'Notice Left (Business Closed)', null],
  ['02', 'Delivered', null],
  ['02', 'Something else', null],
  ['02', null, null],
])('code %s beside %j leaves the words %j', (code, words, left) => {
  expect(wordsAgainst(code, words)).toBe(left);
});

it('words of the way hold against a code of something else, which still names the event', () => {
  const event = { eventTimestamp: '2026-02-03T08:00:00', eventType: 'Out for Delivery' };
  const factOf = (eventCode: string) => {
    const body = { trackingNumber: NUMBER, trackingEvents: [{ ...event, eventCode }] };
    const outcome = parse({ text: JSON.stringify(body) });
    return outcome.outcome === 'reports' ? outcome.reports[0]?.facts[0] : undefined;
  };
  expect(factOf('02')).toMatchObject({
    codes: { text: 'Out for Delivery', code: '02' },
    identity: [expect.anything(), '02', '2026-02-03T08:00', ''],
  });
  expect(factOf('OF')?.codes).toEqual({ code: 'OF' });
});
