import { describe, expect, it } from 'vitest';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import type { CarrierAdapter } from './contract.ts';
import { failureOfStatus, readFacts, trackOneByOne } from './one-by-one.ts';

/** A carrier whose answers are the outcomes of `parse`. */
const reader: Pick<CarrierAdapter, 'numbers' | 'parse'> = {
  numbers: { normalize: (text) => text.toUpperCase(), recognise: () => [] },
  parse: ({ text }) => JSON.parse(text),
};
const track = trackOneByOne(reader, (number, { key = '' }) =>
  /^[A-Z]\d$/.test(number) ? { method: 'GET', path: `/${number}?key=${key}` } : null,
);

const report = (trackingNumber: string, aliases: readonly string[] = []) => ({
  outcome: 'reports',
  reports: [{ trackingNumber, aliases }],
  misses: [],
});
const miss = (outcome: string, ...trackingNumbers: readonly string[]) => ({
  outcome,
  reason: outcome,
  trackingNumbers,
});

describe('trackOneByOne', () => {
  it('requests each number, and nothing for a text that is none', async () => {
    const session = scriptedSession([answerOf(200, report('A1')), answerOf(200, report('B2'))], {
      key: 'k',
    });
    const outcomes = await track(['a1', '../x', 'B2'], session);
    expect(session.calls.map(({ path }) => path)).toEqual(['/A1?key=k', '/B2?key=k']);
    expect(outcomes.map(({ trackingNumber, outcome }) => [trackingNumber, outcome])).toEqual([
      ['a1', 'answer'],
      ['../x', 'refused'],
      ['B2', 'answer'],
    ]);
  });

  it.each(['auth_error', 'rate_limited'])('stops after %s, which all numbers get', async (kind) => {
    const session = scriptedSession([answerOf(429, miss(kind), { 'retry-after': '7' })]);
    const outcomes = await track(['A1', 'B2'], session);
    expect(session.calls).toHaveLength(1);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([kind, kind]);
    expect(outcomes[1]).toMatchObject(kind === 'rate_limited' ? { retryAfterS: 7 } : {});
  });

  it('passes on how long to wait, also after a failure of the carrier', async () => {
    const headers = { 'retry-after': '30' };
    const session = scriptedSession([answerOf(503, miss('error'), headers)]);
    const [outcome] = await track(['A1'], session);
    expect(outcome).toMatchObject({ outcome: 'error', retryAfterS: 30 });
  });

  it.each([
    ['a report under an alias', report('Z9', ['A1']), 'answer'],
    ['a report about another parcel', report('Z9'), 'error'],
    ['an unknown number', miss('not_found', 'A1'), 'not_found'],
    ['an unknown number that is another', miss('not_found', 'Z9'), 'error'],
    ['a parcel without scans', miss('not_yet'), 'not_yet'],
    ['an unreadable answer', miss('unreadable'), 'error'],
  ])('reads %s', async (_, body, expected) => {
    const [outcome] = await track(['A1'], scriptedSession([answerOf(200, body)]));
    expect(outcome?.outcome).toBe(expected);
  });
});

it('failureOfStatus reads a status without a body', () => {
  const kinds = [undefined, 200, 399, 401, 403, 404, 429, 503].map(
    (status) => failureOfStatus(status)?.outcome ?? null,
  );
  expect(kinds).toEqual([
    ...[null, null, null, 'auth_error', 'auth_error', 'error', 'rate_limited', 'error'],
  ]);
});

it('readFacts names what it cannot read, and reads no more than it should', () => {
  const { facts, warnings } = readFacts([null, 1, 2, 3, 4], 4, 'events', () => null);
  expect(facts).toEqual([]);
  expect(warnings).toEqual([
    ...['events[0]: no code', 'events[1]: no code', 'events[2]: no code', 'events[3]: no code'],
    'more than 4 events',
  ]);
});
