import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from './parse.ts';

function reportOf(events: readonly object[], more: object = {}) {
  const tracking = { providers: [{ events }] };
  const info = { latest_status: { status: 'InTransit' }, tracking, ...more };
  const accepted = [{ number: 'LW900000015CN', carrier: 3011, track_info: info }];
  const outcome = parse({ kind: 'track', text: JSON.stringify({ code: 0, data: { accepted } }) });
  if (outcome.outcome !== 'reports') throw new Error(outcome.reason);
  return outcome.reports[0];
}

const RAW = { date: '2026-04-04', time: '17:34:00' };

it.each([
  ['the carrier’s offset', { time_raw: { ...RAW, timezone: '+08:00' } }, 480, 'offset'],
  ['the zone of the address', { time_raw: RAW, address: { country: 'HK' } }, 480, 'postal_code'],
  ['no zone without either', { time_raw: { ...RAW, timezone: null } }, null, 'none'],
])(
  'takes the carrier’s wall clock with %s, never 17TRACK’s offset',
  (_, time, offsetMin, zoneSource) => {
    const event = { sub_status: 'InTransit_Other', time_iso: '2026-04-04T17:34:00+02:00', ...time };
    expect(reportOf([event])?.facts[0]?.time).toMatchObject({
      local: '2026-04-04T17:34:00',
      offsetMin,
      zoneSource,
    });
  },
);

it('keeps a sub-status that nobody has documented', () => {
  const [fact] =
    reportOf([{ sub_status: 'InTransit_TransportArrived', time_raw: RAW }])?.facts ?? [];
  expect(fact?.codes).toEqual({ sub_status: 'InTransit_TransportArrived' });
});

it('takes the last day of an estimate, and a window only within a day', () => {
  const due = (from: string | null, to: string | null) =>
    reportOf([], { time_metrics: { estimated_delivery_date: { from, to } } })?.snapshot
      .estimatedDelivery;
  expect(due('2026-05-02T00:00:00+02:00', '2026-05-04T00:00:00+02:00')).toEqual({
    date: '2026-05-04',
    from: null,
    to: null,
  });
  const [from, to] = ['2026-05-02T09:00:00+02:00', '2026-05-02T13:00:00+02:00'];
  expect(due(from, to)).toEqual({ date: '2026-05-02', from, to });
  expect(due(null, null)).toBeNull();
});

it('reads a number for two carriers as two reports', () => {
  const item = (carrier: number) => ({
    number: 'LW900000015CN',
    carrier,
    track_info: { latest_status: { status: 'InTransit' } },
  });
  const text = JSON.stringify({ code: 0, data: { accepted: [item(3011), item(7041)] } });
  const outcome = parse({ kind: 'track', text });
  const reports = outcome.outcome === 'reports' ? outcome.reports : [];
  expect(reports.map(({ carrier }) => carrier)).toEqual(['3011', '7041']);
});

it('reads a number for which no carrier was detected as not known yet', () => {
  const fixture = new URL('./fixtures/track-status-only.json', import.meta.url);
  const text = readFileSync(fixture, 'utf8').replace('3011', '0');
  expect(parse({ kind: 'track', text })).toMatchObject({ outcome: 'not_yet' });
});
