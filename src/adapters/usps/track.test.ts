import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { anyText } from '../../kernel/test-text.ts';
import type { CarrierAnswer, CarrierCall } from '../contract/pull.ts';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { parse } from './parse.ts';
import { track } from './track.ts';

const [ONE, TWO, THREE] = [
  '9400100000000000000006',
  '9400100000000000000013',
  '9400100000000000000020',
] as const;

const detail = (trackingNumber: string) => ({
  trackingNumber,
  uniqueMailPieceID: '100000001',
  mailPieceIntakeDate: '2026-03-02 09:15:00.000000',
  status: 'Out for Delivery',
  statusCategory: 'Out for Delivery',
  trackingEvents: [
    {
      eventType: 'Out for Delivery',
      eventCode: 'OF',
      eventTimestamp: '2026-03-06T07:10:00',
      GMTOffset: '-08:00',
      eventCity: 'PORTLAND',
      eventState: 'OR',
      eventZIPCode: '97205',
    },
  ],
});

const failed = (trackingNumber: string | null, statusCode: string, code: string | null = null) => ({
  ...(trackingNumber === null ? {} : { trackingNumber }),
  statusCode,
  error: { code: statusCode, message: 'JANE DOE', errors: code === null ? [] : [{ code }] },
});

const whole = (code: string, message: string, errors: readonly unknown[] = []) => ({
  apiVersion: '/tracking/v3r2',
  error: { code, message, errors },
});

const ask = async (numbers: readonly string[], ...script: readonly CarrierAnswer[]) => {
  const session = scriptedSession(script);
  return { outcomes: await track(numbers, session), calls: session.calls };
};
const kinds = (outcomes: Awaited<ReturnType<typeof track>>) =>
  outcomes.map(({ outcome }) => outcome);
const bodyOf = ({ body }: CarrierCall) =>
  body !== undefined && 'json' in body && Array.isArray(body.json)
    ? body.json.map(({ trackingNumber }) => trackingNumber)
    : [];

describe('USPS pulls that fail as a whole', () => {
  it.each([
    ['a time-out', { kind: 'failed', reason: 'timeout' }, 'error'],
    ['no budget', { kind: 'unsent', reason: 'budget', retryAfterS: 60 }, 'unsent'],
    [
      'no token',
      { kind: 'no_token', failure: { outcome: 'scope_missing', reason: 'none' } },
      'scope_missing',
    ],
    ['an empty body', answerOf(200, ''), 'error'],
    ['a truncated body', answerOf(200, '[{"trackingNumber":"94001'), 'error'],
    ['a page with 200', answerOf(200, '<html></html>'), 'error'],
    ['an empty array', answerOf(200, []), 'error'],
    ['null', answerOf(200, 'null'), 'error'],
    ['an answer about others', answerOf(200, [detail(THREE)]), 'error'],
    ['an outage page', answerOf(503, '<html></html>'), 'error'],
    ['a redirect', answerOf(302, ''), 'error'],
    ['somebody else’s 403', answerOf(403, '<html>Access Denied</html>'), 'error'],
    ['somebody else’s 404', answerOf(404, ''), 'error'],
    ['an unexplained 400', answerOf(400, whole('400', 'OASValidation')), 'error'],
    ['a refused token', answerOf(401, ''), 'auth_error'],
    ['an OAuth failure', answerOf(400, { error: 'invalid_client' }), 'auth_error'],
    [
      'a client identifier without the scope',
      answerOf(401, whole('401', 'The client application identifier is invalid.')),
      'scope_missing',
    ],
    [
      'an insufficient scope',
      answerOf(401, whole('401', 'No.', [{ title: 'invalid_oauth_scope' }])),
      'scope_missing',
    ],
    ['a used up quota', answerOf(429, whole('429', 'Exceeded quota limit.')), 'rate_limited'],
  ] as const)('%s: every number gets the same outcome, by one call', async (_, answer, outcome) => {
    const { outcomes, calls } = await ask([ONE, TWO], answer);
    expect(outcomes.map((each) => [each.trackingNumber, each.outcome])).toEqual([
      [ONE, outcome],
      [TWO, outcome],
    ]);
    expect(calls).toHaveLength(1);
  });

  it('say how long to wait, with 429 and with 503', async () => {
    for (const status of [429, 503]) {
      const { outcomes } = await ask([ONE], answerOf(status, '', { 'retry-after': '120' }));
      expect(outcomes[0]).toMatchObject({ retryAfterS: 120 });
    }
  });

  it('never repeat the carrier’s words, which may hold an address', async () => {
    const answers = [
      answerOf(400, whole('400', '7: JANE DOE, MAIN ST')),
      answerOf(429, whole('429', 'JANE DOE')),
      answerOf(401, { error: 'JANE', error_description: 'JANE' }),
      answerOf(207, [failed(ONE, '404')]),
    ];
    for (const answer of answers) {
      expect(JSON.stringify((await ask([ONE], answer)).outcomes)).not.toContain('JANE');
    }
  });
});

describe('USPS pulls of one number', () => {
  it.each([
    ['12: text', null, 'not_yet'],
    ['16: text', null, 'not_yet'],
    ['', '150001', 'not_yet'],
    ['', '150003', 'not_yet'],
    ['', '150009', 'not_yet'],
    ['7: text', null, 'not_found'],
    ['4: text', null, 'not_found'],
    ['', '150002', 'not_found'],
    ['', '150004', 'not_found'],
    ['', '150010', 'not_found'],
    ['', '150006', 'refused'],
    ['', '150007', 'refused'],
    ['', '150008', 'refused'],
    ['', '150011', 'refused'],
    ['', '150012', 'refused'],
  ] as const)('HTTP 400 with message %j and code %j: %s', async (message, code, outcome) => {
    const errors = code === null ? [] : [{ code }];
    const { outcomes } = await ask([ONE], answerOf(400, whole('400', message, errors)));
    expect(kinds(outcomes)).toEqual([outcome]);
  });

  it('are refused for good by access control', async () => {
    const { outcomes } = await ask([ONE], answerOf(403, whole('403', 'Forbidden')));
    expect(kinds(outcomes)).toEqual(['refused']);
  });

  it('read an object that is not in an array', async () => {
    const { outcomes } = await ask([ONE], answerOf(200, detail(ONE)));
    expect(kinds(outcomes)).toEqual(['answer']);
  });
});

describe('USPS batches', () => {
  it('send numbers and nothing else, because the body is validated strictly', async () => {
    const { calls } = await ask([ONE, TWO], answerOf(200, [detail(ONE), detail(TWO)]));
    expect(calls).toEqual([
      {
        method: 'POST',
        path: '/tracking/v3r2/tracking',
        headers: { accept: 'application/json' },
        body: { json: [{ trackingNumber: ONE }, { trackingNumber: TWO }] },
      },
    ]);
  });

  it('are matched by number, not by place, and each part reads as one answer', async () => {
    const elements = [failed(THREE, '404'), detail(TWO), detail(ONE)];
    const { outcomes } = await ask([ONE, TWO, THREE], answerOf(207, elements));
    expect(kinds(outcomes)).toEqual(['answer', 'answer', 'not_found']);
    for (const outcome of outcomes.slice(0, 2)) {
      if (outcome.outcome !== 'answer') continue;
      const read = parse({ text: outcome.text, kind: 'track', httpStatus: outcome.httpStatus });
      expect(read.outcome === 'reports' && read.reports.map((r) => r.trackingNumber)).toEqual([
        outcome.trackingNumber,
      ]);
    }
  });

  it.each([
    ['404', null, 'not_found'],
    ['404', '150001', 'not_yet'],
    ['400', '150001', 'not_yet'],
    ['400', '150006', 'refused'],
    ['403', null, 'refused'],
    ['429', null, 'rate_limited'],
    ['401', null, 'auth_error'],
    ['500', null, 'error'],
  ])('read a failed element with status %s and code %s', async (status, code, outcome) => {
    const { outcomes } = await ask(
      [ONE, TWO],
      answerOf(207, [failed(ONE, status, code), detail(TWO)]),
    );
    expect(kinds(outcomes)).toEqual([outcome, 'answer']);
  });

  it('give a nameless failure to the one number that no element names', async () => {
    const { outcomes } = await ask([ONE, TWO], answerOf(207, [failed(null, '404'), detail(TWO)]));
    expect(kinds(outcomes)).toEqual(['not_found', 'answer']);
  });

  it('guess nothing when nameless failures differ, or are too few', async () => {
    for (const elements of [
      [failed(null, '404'), failed(null, '403'), detail(THREE)],
      [failed(null, '404'), detail(THREE)],
    ]) {
      const { outcomes } = await ask([ONE, TWO, THREE], answerOf(207, elements));
      expect(kinds(outcomes)).toEqual(['error', 'error', 'answer']);
    }
  });

  it('keep both lives of a recycled number in its part', async () => {
    const { outcomes } = await ask([ONE], answerOf(200, [detail(ONE), detail(ONE)]));
    const [outcome] = outcomes;
    expect(outcome?.outcome === 'answer' && JSON.parse(outcome.text)).toHaveLength(2);
  });

  it('pass over an element that says nothing', async () => {
    const { outcomes } = await ask([ONE], answerOf(200, [{ trackingNumber: ONE }, null, 7]));
    expect(kinds(outcomes)).toEqual(['error']);
  });

  it('answer each spelling of a number, and ask for it once', async () => {
    const spelled = `420 97205 ${ONE}`;
    const { outcomes, calls } = await ask([ONE, spelled], answerOf(200, [detail(ONE)]));
    expect(calls.map(bodyOf)).toEqual([[ONE]]);
    expect(outcomes.map((each) => [each.trackingNumber, each.outcome])).toEqual([
      [ONE, 'answer'],
      [spelled, 'answer'],
    ]);
  });

  it('omit texts that cannot be a number, and make no call when nothing is left', async () => {
    const { outcomes, calls } = await ask(['', 'X', 'a'.repeat(50), '12345678ß/..']);
    expect(kinds(outcomes)).toEqual(['refused', 'refused', 'refused', 'refused']);
    expect(calls).toEqual([]);
    expect((await ask([])).outcomes).toEqual([]);
  });
});

describe('USPS batches refused because of one number', () => {
  const numbers = Array.from({ length: 35 }, (_, i) => `94001000000000${10_000_000 + i}`);
  const BAD = '9400100000000010000020';
  const carrier = (isBad: (number: string) => boolean, named: boolean) => (call: CarrierCall) => {
    const all = bodyOf(call);
    const bad = all.find(isBad);
    if (bad === undefined) return answerOf(200, all.map(detail));
    return answerOf(400, whole('400', named ? `7: ${bad} is wrong` : '7: wrong'));
  };

  it('name the number at fault at once when the refusal names it', async () => {
    const session = scriptedSession(carrier((number) => number === BAD, true));
    const outcomes = await track(numbers, session);
    expect(outcomes.filter(({ outcome }) => outcome !== 'answer')).toMatchObject([
      { outcome: 'not_found', trackingNumber: BAD },
    ]);
    expect(session.calls).toHaveLength(2);
  });

  it('are halved until it is alone, within thirteen calls', async () => {
    for (const bad of numbers) {
      const session = scriptedSession(carrier((number) => number === bad, false));
      const outcomes = await track(numbers, session);
      expect(outcomes.filter(({ outcome }) => outcome !== 'answer')).toMatchObject([
        { outcome: 'not_found', trackingNumber: bad },
      ]);
      expect(session.calls.length).toBeLessThanOrEqual(13);
    }
  });

  it('are not narrowed down for ever when every number is wrong', async () => {
    const session = scriptedSession(carrier(() => true, false));
    const outcomes = await track(numbers, session);
    expect(session.calls).toHaveLength(13);
    expect(outcomes).toHaveLength(35);
    expect(new Set(kinds(outcomes))).toEqual(new Set(['not_found', 'error']));
  });

  it('are not narrowed down when the account runs dry meanwhile', async () => {
    const { outcomes, calls } = await ask(numbers, answerOf(400, whole('400', '7: wrong')), {
      kind: 'unsent',
      reason: 'budget',
      retryAfterS: null,
    });
    expect(new Set(kinds(outcomes))).toEqual(new Set(['unsent']));
    expect(calls).toHaveLength(2);
  });

  it('send more than 35 in several calls', async () => {
    const session = scriptedSession(carrier(() => false, false));
    const outcomes = await track([...numbers, ONE], session);
    expect(new Set(kinds(outcomes))).toEqual(new Set(['answer']));
    expect(session.calls.map((call) => bodyOf(call).length)).toEqual([35, 1]);
  });
});

describe('USPS pulls of anything', () => {
  it('answer every number exactly once, and every answer can be parsed', async () => {
    const text = fc.oneof(
      fc.json({ maxDepth: 4 }),
      anyText(),
      fc
        .array(fc.oneof(fc.constantFrom<unknown>(detail(ONE), failed(TWO, '404')), fc.jsonValue()))
        .map((elements) => JSON.stringify(elements)),
    );
    const status = fc.constantFrom(200, 207, 400, 401, 403, 404, 429, 500, 503);
    await fc.assert(
      fc.asyncProperty(text, status, async (body, code) => {
        const session = scriptedSession(() => answerOf(code, body));
        const outcomes = await track([ONE, TWO, THREE], session);
        expect(outcomes.map(({ trackingNumber }) => trackingNumber)).toEqual([ONE, TWO, THREE]);
        for (const outcome of outcomes) {
          if (outcome.outcome !== 'answer') continue;
          expect(parse({ text: outcome.text, kind: 'track', httpStatus: 200 }).outcome).toBe(
            'reports',
          );
        }
      }),
      { seed: 20_261_120, numRuns: runs(300) },
    );
  });
});
