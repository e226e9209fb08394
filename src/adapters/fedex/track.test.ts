import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CarrierAnswer, CarrierCall } from '../contract/pull.ts';
import { answerOf, SCRIPT_NOW_MS, scriptedSession } from '../session/test-carrier-session.ts';
import { adapter } from './index.ts';
import { track } from './track.ts';

const DELIVERED = '122816215025810';
const LABEL = '449044304137821';
const UNKNOWN = '128667043726';
const RECYCLED = '713062653486';

interface Result {
  readonly trackingNumber: string;
  readonly trackResults: readonly unknown[];
}

function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8');
}

/** The instances of a number in a fixture. */
function resultOf(name: string, number: string): Result {
  const { output } = JSON.parse(fixture(name)) as {
    output: { completeTrackResults: readonly Result[] };
  };
  const result = output.completeTrackResults.find((each) => each.trackingNumber === number);
  if (result === undefined) throw new Error(`${name} has no ${number}`);
  return result;
}

function batch(results: readonly unknown[], more: object = {}): CarrierAnswer {
  return answerOf(200, {
    transactionId: 'test',
    output: { alerts: [{ code: 'VIRTUAL.RESPONSE' }], completeTrackResults: results },
    ...more,
  });
}

function failed(number: string, code: string): Result {
  const trackingNumberInfo = { trackingNumber: number };
  return { trackingNumber: number, trackResults: [{ trackingNumberInfo, error: { code } }] };
}

function errorAnswer(status: number, code: string, message = 'x', headers = {}): CarrierAnswer {
  return answerOf(status, { transactionId: 'test', errors: [{ code, message }] }, headers);
}

async function one(answer: CarrierAnswer, number = DELIVERED) {
  const [outcome] = await track([number], scriptedSession([answer]));
  return outcome;
}

function requestedIn(call: CarrierCall | undefined): readonly string[] {
  const body = call?.body && 'json' in call.body ? call.body.json : null;
  const { trackingInfo } = body as {
    trackingInfo: readonly { trackingNumberInfo: { trackingNumber: string } }[];
  };
  return trackingInfo.map(({ trackingNumberInfo }) => trackingNumberInfo.trackingNumber);
}

describe('errors', () => {
  it.each([
    ['wrong or ended token', errorAnswer(401, 'NOT.AUTHORIZED.ERROR'), 'auth_error'],
    ['missing permission', errorAnswer(403, 'FORBIDDEN.ERROR'), 'scope_missing'],
    ['firewall', answerOf(403, '<html>Access Denied</html>'), 'error'],
    ['missing path', errorAnswer(404, 'NOT.FOUND.ERROR'), 'error'],
    ['outage', errorAnswer(500, 'INTERNAL.SERVER.ERROR'), 'error'],
    ['unreachable', errorAnswer(503, 'SERVICE.UNAVAILABLE.ERROR'), 'error'],
    ['bad request', errorAnswer(400, 'INVALID.INPUT.EXCEPTION'), 'error'],
  ])('of the whole account: %s', async (_, answer, outcome) => {
    expect(await one(answer)).toMatchObject({ outcome, trackingNumber: DELIVERED });
  });

  it('distinguish the quota of the day, which ends at midnight GMT, from a burst of ten seconds', async () => {
    const of = (message: string, headers = {}) =>
      one(errorAnswer(429, 'TOO.MANY.REQUESTS', message, headers));
    // This is noon.
    expect(SCRIPT_NOW_MS % 86_400_000).toBe(43_200_000);
    expect(await of('Daily transaction quota exceeded. Retry after 12:00AM GMT')).toMatchObject({
      outcome: 'rate_limited',
      retryAfterS: 43_200,
    });
    expect(await of('too many requests in a short duration')).toMatchObject({ retryAfterS: 10 });
    expect(await of('Daily quota', { 'retry-after': '60' })).toMatchObject({ retryAfterS: 60 });
  });

  it('of a 503 carry its Retry-After', async () => {
    const answer = errorAnswer(503, 'SERVICE.UNAVAILABLE.ERROR', 'x', { 'retry-after': '120' });
    expect(await one(answer)).toMatchObject({ outcome: 'error', retryAfterS: 120 });
  });

  it('of one number leave the others alone, and are no verdict on the account', async () => {
    const numbers = [UNKNOWN, LABEL, DELIVERED, '377101283611590', '843119172384577'];
    const outcomes = await track(
      numbers,
      scriptedSession([
        batch([
          failed(DELIVERED, 'FORBIDDEN.ERROR'),
          failed('377101283611590', 'INTERNAL.SERVER.ERROR'),
          failed(UNKNOWN, 'TRACKING.TRACKINGNUMBER.NOTFOUND'),
          resultOf('track-batch-partly-found', LABEL),
        ]),
      ]),
    );
    expect(outcomes.map(({ trackingNumber, outcome }) => [trackingNumber, outcome])).toEqual([
      [UNKNOWN, 'not_found'],
      [LABEL, 'answer'],
      [DELIVERED, 'refused'],
      ['377101283611590', 'error'],
      // The number is missing in the answer.
      ['843119172384577', 'error'],
    ]);
  });

  it('are found by halving, should one number spoil the batch', async () => {
    const numbers = Array.from({ length: 30 }, (_, i) => `9999000001${String(i).padStart(2, '0')}`);
    const bad = numbers[17] ?? '';
    const session = scriptedSession((call) => {
      const answer = requestedIn(call);
      return answer.includes(bad)
        ? errorAnswer(400, 'TRACKING.TRACKINGNUMBER.INVALID')
        : batch(answer.map((each) => failed(each, 'TRACKING.TRACKINGNUMBER.NOTFOUND')));
    });
    const outcomes = await track(numbers, session);
    expect(outcomes.map(({ trackingNumber }) => trackingNumber)).toEqual(numbers);
    const kinds = outcomes.map(({ outcome }) => outcome);
    expect(kinds.filter((kind) => kind === 'not_found')).toHaveLength(29);
    expect(kinds[17]).toBe('refused');
    expect(session.calls.length).toBeLessThanOrEqual(12);
  });

  it('stop at a dozen calls when every number spoils its batch', async () => {
    const numbers = Array.from({ length: 30 }, (_, i) => `9999000001${String(i).padStart(2, '0')}`);
    const session = scriptedSession(() => errorAnswer(400, 'TRACKING.TRACKINGNUMBER.INVALID'));
    const outcomes = await track(numbers, session);
    expect(outcomes).toHaveLength(30);
    expect(session.calls).toHaveLength(12);
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['refused', 'error']));
  });

  it('end the work: after a refusal of the account the next batch is not sent', async () => {
    const numbers = Array.from({ length: 45 }, (_, i) => `9999000001${String(i).padStart(2, '0')}`);
    const session = scriptedSession([errorAnswer(401, 'NOT.AUTHORIZED.ERROR')]);
    const outcomes = await track(numbers, session);
    expect(session.calls).toHaveLength(1);
    expect(outcomes.every(({ outcome }) => outcome === 'auth_error')).toBe(true);
  });

  it('report "no data" for all requested numbers when the answer has an alert in place of results', async () => {
    const answer = answerOf(200, { output: { alerts: [{ code: 'TRACKING.DATA.NOTFOUND' }] } });
    expect(await one(answer)).toMatchObject({ outcome: 'not_found' });
  });

  it('are a number that can be none, which is never sent', async () => {
    const session = scriptedSession([]);
    const outcomes = await track(['', 'HELLO WORLD!', '1'.repeat(41)], session);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused']);
    expect(session.calls).toEqual([]);
  });
});

describe('a batch', () => {
  it('asks for detailed scans of up to 30 numbers at once, each call with an id of its own', async () => {
    const session = scriptedSession([batch([])]);
    await track([DELIVERED, LABEL], session);
    expect(session.calls).toEqual([
      {
        method: 'POST',
        path: '/track/v1/trackingnumbers',
        headers: { 'x-locale': 'en_US', 'x-customer-transaction-id': expect.any(String) },
        body: {
          json: {
            includeDetailedScans: true,
            trackingInfo: [
              { trackingNumberInfo: { trackingNumber: DELIVERED } },
              { trackingNumberInfo: { trackingNumber: LABEL } },
            ],
          },
        },
      },
    ]);
  });

  it('is split into whole answers, in the order of the request', async () => {
    const answer = batch([
      resultOf('track-batch-partly-found', LABEL),
      resultOf('track-delivered', DELIVERED),
    ]);
    const outcomes = await track([DELIVERED, LABEL], scriptedSession([answer]));
    for (const outcome of outcomes) {
      if (outcome.outcome !== 'answer') throw new Error(outcome.reason);
      expect(JSON.parse(outcome.text)).toMatchObject({
        transactionId: 'test',
        output: { completeTrackResults: [{ trackingNumber: outcome.trackingNumber }] },
      });
      // Members about the whole batch would make every part look changed whenever another one
      // changes.
      expect(JSON.parse(outcome.text)).not.toHaveProperty('output.alerts');
    }
    const [delivered] = outcomes;
    const alone = adapter.parse({ text: fixture('track-delivered'), kind: 'track' });
    expect(
      delivered?.outcome === 'answer' && adapter.parse({ ...delivered, kind: 'track' }),
    ).toEqual(alone);
  });

  it('keeps the lives of a recycled number together, also from two elements', async () => {
    const whole = resultOf('track-recycled-number', RECYCLED);
    expect(whole.trackResults).toHaveLength(2);
    const apart = whole.trackResults.map((life) => ({ ...whole, trackResults: [life] }));
    for (const results of [[whole], apart]) {
      const outcome = await one(batch([failed(UNKNOWN, 'X'), ...results]), RECYCLED);
      if (outcome?.outcome !== 'answer') throw new Error(outcome?.outcome);
      const parsed = adapter.parse({ text: outcome.text, kind: 'track' });
      expect(parsed.outcome === 'reports' && parsed.reports).toHaveLength(2);
    }
  });

  it('finds a number that is answered by the barcode around it', async () => {
    const answer = answerOf(200, fixture('track-barcode-number'));
    expect(await one(answer)).toMatchObject({ outcome: 'answer' });
    expect(await one(answer, LABEL)).toMatchObject({ outcome: 'error' });
  });
});
