import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { anyText } from '../../kernel/test-text.ts';
import type { CarrierAnswer } from '../contract/pull.ts';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { parse } from './parse.ts';
import { track } from './track.ts';

const NUMBER = '9356579890';
const PATH = `/track/shipments?trackingNumber=${NUMBER}`;

const shipment = (id: string, day = 11) => ({
  id,
  service: 'express',
  status: { timestamp: `2026-02-${day}T12:04:00`, statusCode: 'transit', status: 'WC' },
  events: [{ timestamp: `2026-02-${day}T12:04:00`, statusCode: 'transit', status: 'WC' }],
});
const lives = (...days: readonly number[]) => days.map((day) => shipment(NUMBER, day));
const problem = (status: number, title: string) => ({ title, status, detail: 'for JANE DOE' });

const ask = async (...script: readonly CarrierAnswer[]) => {
  const session = scriptedSession(script);
  const [outcome] = await track([NUMBER], session);
  return { outcome, paths: session.calls.map(({ path }) => path) };
};

describe('DHL pulls that bring nothing', () => {
  it.each([
    ['a number without result', answerOf(404, problem(404, 'No result found')), 'not_found'],
    ['no shipments', answerOf(200, { shipments: [] }), 'not_found'],
    ['shipments of other numbers', answerOf(200, { shipments: [shipment('111')] }), 'not_found'],
    ['somebody else’s 404', answerOf(404, '<html></html>'), 'error'],
    ['a refused key', answerOf(401, problem(401, 'Unauthorized')), 'auth_error'],
    ['a product without approval', answerOf(403, problem(403, 'Forbidden')), 'scope_missing'],
    ['a used up day', answerOf(429, problem(429, 'Too Many Requests')), 'rate_limited'],
    ['a mistake of ours', answerOf(400, problem(400, 'Bad Request')), 'error'],
    ['an outage', answerOf(502, '<html></html>'), 'error'],
    ['a redirect', answerOf(302, ''), 'error'],
    ['an empty body', answerOf(200, ''), 'error'],
    ['a truncated body', answerOf(200, '{"shipments":[{"id":"93'), 'error'],
    ['something else', answerOf(200, { weather: 'fine' }), 'error'],
    ['a time-out', { kind: 'failed', reason: 'timeout' }, 'error'],
    ['no budget', { kind: 'unsent', reason: 'budget', retryAfterS: 60 }, 'unsent'],
  ] as const)('%s, by one call', async (_, answer, expected) => {
    const { outcome, paths } = await ask(answer);
    expect(outcome).toMatchObject({ outcome: expected, trackingNumber: NUMBER });
    expect(paths).toEqual([PATH]);
    expect(JSON.stringify(outcome)).not.toContain('JANE');
  });

  it('wait for as long as requested, and leave it open otherwise', async () => {
    const waiting = await ask(answerOf(429, '', { 'retry-after': '30' }));
    expect(waiting.outcome).toMatchObject({ outcome: 'rate_limited', retryAfterS: 30 });
    const bare = await ask(answerOf(429, ''));
    expect(bare.outcome).not.toHaveProperty('retryAfterS');
  });

  it('are not sent for a text that cannot be a number', async () => {
    const session = scriptedSession([]);
    const numbers = ['', 'A/../B', 'x'.repeat(65), '１２３／４５６'];
    const outcomes = await track(numbers, session);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(numbers.map(() => 'refused'));
    expect(session.calls).toEqual([]);
  });

  it('stop for the numbers that follow when the account is at fault, and only then', async () => {
    const limited = scriptedSession([answerOf(429, '')]);
    expect(await track([NUMBER, '7777777770'], limited)).toMatchObject([
      { outcome: 'rate_limited', trackingNumber: NUMBER },
      { outcome: 'rate_limited', trackingNumber: '7777777770' },
    ]);
    expect(limited.calls).toHaveLength(1);
    const faulty = scriptedSession([
      answerOf(500, ''),
      answerOf(200, { shipments: [shipment('7777777770')] }),
    ]);
    expect(await track([NUMBER, '7777777770'], faulty)).toMatchObject([
      { outcome: 'error' },
      { outcome: 'answer' },
    ]);
  });
});

describe('DHL pulls', () => {
  it('keep the answer as it came, whole, with every shipment under the number', async () => {
    const text = `{ "shipments": [${JSON.stringify(shipment(NUMBER))}, ${JSON.stringify({
      ...shipment(NUMBER, 12),
      service: 'parcel-de',
    })}] }`;
    const { outcome } = await ask(answerOf(200, text));
    expect(outcome).toEqual({ outcome: 'answer', trackingNumber: NUMBER, httpStatus: 200, text });
    const read = parse({ text, kind: 'track', httpStatus: 200 });
    expect(read.outcome === 'reports' && read.reports).toHaveLength(2);
  });

  it('ask for a number in the spelling of the API, and answer in that of the asker', async () => {
    const session = scriptedSession([answerOf(200, { shipments: [shipment(NUMBER)] })]);
    const [outcome] = await track(['93 5657-9890'], session);
    expect(session.calls.map(({ path }) => path)).toEqual([PATH]);
    expect(outcome).toMatchObject({ outcome: 'answer', trackingNumber: '93 5657-9890' });
  });
});

describe('DHL pulls of several pages', () => {
  // As DHL's documentation has it: two question marks, and another base path.
  const more = (offset: number) => `/shipments?trackingNumber=${NUMBER}?offset=${offset}&limit=5`;
  const idsIn = (outcome: Awaited<ReturnType<typeof ask>>['outcome']) =>
    outcome?.outcome === 'answer' ? JSON.parse(outcome.text).shipments.length : null;

  it('follow the pages to the last and make one answer of them', async () => {
    const { outcome, paths } = await ask(
      answerOf(200, { nextUrl: more(5), shipments: lives(1, 2, 3, 4, 5) }),
      answerOf(200, { nextUrl: more(10), shipments: lives(5, 6, 7) }),
    );
    expect(paths).toEqual([PATH, `${PATH}&offset=5&limit=5`]);
    expect(idsIn(outcome)).toBe(7);
  });

  it('ask for three pages at most', async () => {
    const session = scriptedSession(({ path }) => {
      const offset = Number(/offset=(\d+)/.exec(path)?.[1] ?? 0);
      const days = [1, 2, 3, 4, 5].map((day) => day + offset);
      return answerOf(200, { nextUrl: more(offset + 5), shipments: lives(...days) });
    });
    const [outcome] = await track([NUMBER], session);
    expect(session.calls).toHaveLength(3);
    expect(idsIn(outcome)).toBe(15);
  });

  it('take no address from a link: neither host nor number', async () => {
    const evil = 'https://evil.example/shipments?trackingNumber=1&offset=5&limit=5';
    const { paths } = await ask(
      answerOf(200, { nextUrl: evil, shipments: lives(1, 2, 3, 4, 5) }),
      answerOf(200, { shipments: [] }),
    );
    expect(paths).toEqual([PATH, `${PATH}&offset=5&limit=5`]);
  });

  it.each([
    ['a page that is not full', more(5), lives(1, 2)],
    ['a link back', more(0), lives(1, 2, 3, 4, 5)],
    ['a link without figures', '/shipments', lives(1, 2, 3, 4, 5)],
    ['a link that is none', 7, lives(1, 2, 3, 4, 5)],
  ])('end with %s', async (_, nextUrl, shipments) => {
    const { outcome, paths } = await ask(answerOf(200, { nextUrl, shipments }));
    expect(paths).toEqual([PATH]);
    expect(idsIn(outcome)).toBe(shipments.length);
  });

  it.each([
    ['a used up day', answerOf(429, '', { 'retry-after': '60' }), 'rate_limited'],
    ['something unreadable', answerOf(200, 'x'), 'error'],
    ['an outage', answerOf(503, ''), 'error'],
    ['no budget', { kind: 'unsent', reason: 'budget', retryAfterS: 60 }, 'unsent'],
  ] as const)(
    'are none when a later page meets %s: part of them would deny the rest',
    async (_, answer, expected) => {
      const first = answerOf(200, { nextUrl: more(5), shipments: lives(1, 2, 3, 4, 5) });
      expect((await ask(first, answer)).outcome).toMatchObject({ outcome: expected });
    },
  );

  it('end with a page that DHL does not find', async () => {
    const first = answerOf(200, { nextUrl: more(5), shipments: lives(1, 2, 3, 4, 5) });
    const { outcome } = await ask(first, answerOf(404, problem(404, 'No result found')));
    expect(idsIn(outcome)).toBe(5);
  });
});

describe('DHL pulls of anything', () => {
  it('answer the number once, and every answer can be parsed', async () => {
    const body = fc.oneof(
      fc.json({ maxDepth: 4 }),
      anyText(),
      fc
        .array(fc.oneof(fc.constantFrom<unknown>(shipment(NUMBER)), fc.jsonValue()))
        .map((all) => JSON.stringify({ nextUrl: '?offset=5&limit=1', shipments: all })),
    );
    const status = fc.constantFrom(200, 400, 401, 404, 429, 500);
    await fc.assert(
      fc.asyncProperty(body, status, async (text, code) => {
        const outcomes = await track(
          [NUMBER],
          scriptedSession(() => answerOf(code, text)),
        );
        expect(outcomes.map(({ trackingNumber }) => trackingNumber)).toEqual([NUMBER]);
        const [outcome] = outcomes;
        if (outcome?.outcome !== 'answer') return;
        expect(parse({ text: outcome.text, kind: 'track', httpStatus: 200 }).outcome).toBe(
          'reports',
        );
      }),
      { seed: 20_261_120, numRuns: runs(300) },
    );
  });
});
