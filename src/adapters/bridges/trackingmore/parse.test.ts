import { expect, it } from 'vitest';
import { parse } from './parse.ts';

function factOf(checkpoint: object) {
  const event = { checkpoint_delivery_substatus: 'transit001', ...checkpoint };
  const data = [
    {
      tracking_number: 'AA00000001',
      courier_code: 'usps',
      origin_info: { trackinfo: [event] },
    },
  ];
  const outcome = parse({ kind: 'track', text: JSON.stringify({ meta: { code: 200 }, data }) });
  return outcome.outcome === 'reports' ? outcome.reports[0]?.facts[0] : undefined;
}

it.each([
  ['local time', '2021-12-07 10:31', {}, null],
  ['the zone of the place', '2021-12-07 10:31', { country_iso2: 'NL' }, 60],
  ['an offset', '2021-12-07T10:31:00+08:00', { country_iso2: 'NL' }, 480],
  ['UTC as no zone', '2021-12-07T10:31:00+00:00', {}, null],
  ['UTC as no zone, and the place', '2021-12-07T10:31:00Z', { country_iso2: 'NL' }, 60],
])('reads %s', (_, checkpoint_date, place, offsetMin) => {
  const time = factOf({ checkpoint_date, ...place })?.time;
  expect(time?.offsetMin).toBe(offsetMin);
  expect(time?.local?.slice(0, 16)).toBe('2021-12-07T10:31');
});

it('keeps the carrier’s own status beside the sub-status, and out of the identity', () => {
  const fact = factOf({ checkpoint_date: '2021-12-07 10:31', raw_status: 'J01' });
  expect(fact?.codes).toEqual({ substatus: 'transit001', raw: 'J01' });
  expect(fact?.identity).toEqual(['trackingmore-1', 'transit001', '2021-12-07T10:31']);
});

it('reads a push in the envelope of an answer, and one without meta', () => {
  const data = { tracking_number: 'AA00000001', courier_code: 'usps', delivery_status: 'transit' };
  for (const body of [
    { meta: { code: 200 }, data },
    { event: 'TRACKING_UPDATED', data },
  ]) {
    expect(parse({ kind: 'webhook', text: JSON.stringify(body) }).outcome).toBe('reports');
  }
});
