import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CarrierAnswer } from '../contract/pull.ts';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { adapter } from './index.ts';
import { track } from './track.ts';

const NUMBER = '1Z023E2X0214323462';
const SIBLING = '1Z1442YY7229014688';

function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8');
}

function errorAnswer(status: number, code: string, headers = {}): CarrierAnswer {
  return answerOf(status, { response: { errors: [{ code, message: 'x' }] } }, headers);
}

async function one(answer: CarrierAnswer, number = NUMBER) {
  const [outcome] = await track([number], scriptedSession([answer]));
  return outcome;
}

describe('errors', () => {
  it.each([
    ['wrong credentials', errorAnswer(401, '250002'), 'auth_error'],
    ['a legacy licence', errorAnswer(401, '250003'), 'auth_error'],
    ['an ended token', errorAnswer(401, '251004'), 'auth_error'],
    ['no token', errorAnswer(401, 'UJ0001'), 'auth_error'],
    ['no token, said elsewhere', answerOf(401, { error: { code: 'UJ0001' } }), 'auth_error'],
    [
      'no token, under a good status',
      answerOf(200, { errors: [{ code: 'UJ0001' }] }),
      'auth_error',
    ],
    ['a blocked merchant', errorAnswer(403, '10403'), 'scope_missing'],
    ['a firewall', answerOf(403, '<html>Access Denied</html>'), 'error'],
    ['too many requests', errorAnswer(429, '10429'), 'rate_limited'],
    ['an outage', errorAnswer(500, '10004'), 'error'],
    ['another outage', answerOf(503, '<html></html>'), 'error'],
    ['a bad content type', errorAnswer(400, '10007'), 'error'],
    ['an invalid number', errorAnswer(400, 'TV1002'), 'refused'],
    ['an unknown number', errorAnswer(404, 'TW0001'), 'not_found'],
    ['an unknown number, in another word', errorAnswer(404, 'NEW'), 'not_found'],
    ['a gateway without the path', answerOf(404, '<html>nothing here</html>'), 'error'],
    [
      'an unknown number, under a good status',
      answerOf(200, fixture('track-not-found')),
      'not_found',
    ],
  ])('tell %s', async (_, answer, outcome) => {
    expect(await one(answer)).toMatchObject({ outcome, trackingNumber: NUMBER });
  });

  it('name a minute to wait where UPS names nothing, and what UPS says where it does', async () => {
    expect(await one(errorAnswer(429, '10429'))).toMatchObject({ retryAfterS: 60 });
    const answer = errorAnswer(429, '10429', { 'retry-after': '300' });
    expect(await one(answer)).toMatchObject({ retryAfterS: 300 });
  });

  it('of another number are not this one’s', async () => {
    expect(await one(answerOf(200, fixture('track-not-found')), SIBLING)).toMatchObject({
      outcome: 'error',
    });
  });

  it('are a number that can be none, which is never put into a path', async () => {
    const session = scriptedSession([]);
    for (const odd of ['', '..', '1Z/../..', '1Z?x', '1'.repeat(35), '123456']) {
      expect(await track([odd], session)).toMatchObject([{ outcome: 'refused' }]);
    }
    expect(session.calls).toEqual([]);
  });
});

describe('a pull', () => {
  it("requests one number, with an id of its own and the client's name", async () => {
    const session = scriptedSession([errorAnswer(500, '10004')]);
    await track([NUMBER], session);
    expect(session.calls).toEqual([
      {
        method: 'GET',
        path: `/api/track/v1/details/${NUMBER}?locale=en_US&returnSignature=false&returnMilestones=false`,
        headers: {
          transid: expect.stringMatching(/^[0-9a-f]{32}$/),
          transactionsrc: 'waybill',
        },
      },
    ]);
  });

  it('is answered with the text as it came, when that is about the number alone', async () => {
    const text = fixture('track-attempted');
    const parsed = adapter.parse({ text });
    const number = parsed.outcome === 'reports' ? (parsed.reports[0]?.trackingNumber ?? '') : '';
    expect(await one(answerOf(200, text), number)).toEqual({
      outcome: 'answer',
      trackingNumber: number,
      httpStatus: 200,
      text,
    });
  });

  it('leaves its shipment’s other packages to their own pulls', async () => {
    for (const number of [NUMBER, SIBLING]) {
      const outcome = await one(answerOf(200, fixture('track-two-packages')), number);
      if (outcome?.outcome !== 'answer') throw new Error(outcome?.outcome);
      const parsed = adapter.parse({ text: outcome.text, kind: 'track' });
      expect(parsed.outcome === 'reports' && parsed.reports).toMatchObject([
        // Not an alias, because the inquiry was for one of the two only.
        { trackingNumber: number, aliases: [] },
      ]);
    }
  });

  it('is an error when the answer is about some other number', async () => {
    const other = '1Z12345E0205271688';
    expect(await one(answerOf(200, fixture('track-attempted')), other)).toMatchObject({
      outcome: 'error',
    });
    expect(await one(answerOf(200, fixture('track-two-packages')), other)).toMatchObject({
      outcome: 'error',
    });
  });

  it('is good for a lone package under another number, if the inquiry was for this one', async () => {
    const answer = answerOf(200, {
      trackResponse: {
        shipment: [
          {
            inquiryNumber: 'K1506235620',
            package: [{ trackingNumber: NUMBER, currentStatus: { code: '021' } }],
          },
        ],
      },
    });
    expect(await one(answer, 'K1506235620')).toMatchObject({ outcome: 'answer' });
    expect(await one(answer, SIBLING)).toMatchObject({ outcome: 'error' });
  });
});
