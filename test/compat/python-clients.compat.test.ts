import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { easypostJson } from '../../src/http/compat/easypost/tracker.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { type ErrorCode, Problem } from '../../src/kernel/errors.ts';
import { seededRandom } from '../../src/kernel/seeded-random.ts';
import { requestHeaders } from '../../src/reactions/merchant-webhooks/deliveries/request-headers.ts';
import { installPython, type Python } from '../support/compat/python.ts';
import { openReceiver, startWebhooks } from '../support/compat/webhook-engine.ts';

/** The services' own clients of PyPI, unmodified but for the address, against a running hub. */
let python: Python;
let hub: TestHub;
let engine: Awaited<ReturnType<typeof startWebhooks>>;
let receiver: Awaited<ReturnType<typeof openReceiver>>;
let key = '';

/** Paths that refuse with the code in their name, as the front and every handler would. */
const refusing = [
  '/compat/easypost/forced/:code/v2/trackers',
  '/tracking/2026-07/trackings/forced/:code',
];

beforeAll(async () => {
  python = installPython('easypost==10.7.*', 'aftership-tracking-sdk==10.*');
  hub = await createTestHub({
    publicRoutes: () =>
      refusing.map((path) => ({
        method: 'GET',
        path,
        hot: false,
        isPage: true,
        handler: async (_request, _response, { params }) => {
          const code = (params['code'] ?? '') as ErrorCode;
          throw new Problem(code, 'requests.requestFailed', { retryAfterS: 1 });
        },
      })),
  });
  // The SDK signs its requests with the date of the machine.
  hub.clock.advance(Date.now() - hub.clock.nowMs());
  engine = await startWebhooks(hub);
  receiver = await openReceiver(() => engine.idle());
  key = (await hub.newKey()).text;
});
afterAll(async () => {
  receiver.close();
  await engine.stop();
  await hub.close();
  python.remove();
});

describe('EasyPost’s client of PyPI', () => {
  it('has every method of trackers, webhooks and events', async ({ skip }) => {
    if (python.missing !== null) skip(python.missing);
    const args = [hub.url, key, receiver.url];
    const notFound = ['NotFoundError', 404];
    expect(await python.run('easypost-methods.py', args)).toEqual({
      trackers: {
        class: 'Tracker',
        same: true,
        shown: ['EZ1000000001', expect.any(String), 'unknown', 'test'],
        pages: ['EZ1000000001', 'EZ4000000004'],
        end: 'EndOfPaginationError',
        batch: ['EZ1000000001'],
        one: ['EZ4000000004'],
        deleted: notFound,
        'deleted again': notFound,
      },
      webhooks: {
        class: 'Webhook',
        same: 1,
        'custom headers': ['X-Token'],
        received: [
          ['EZ2000000002', 'Event', 'tracker.created', 'Tracker'],
          ['EZ3000000003', 'Event', 'tracker.created', 'Tracker'],
        ],
        token: 'mine',
        forged: 'SignatureVerificationError',
        events: ['Event', 2],
        payload: ['Payload', 200, true],
        deleted: notFound,
      },
      refused: {
        'no code': ['InvalidRequestError', 422],
        'no such carrier': ['InvalidRequestError', 422],
        'no such event': notFound,
        'no such payloads': notFound,
        'new event': ['MethodNotAllowedError', 405],
        'no webhook URL': ['InvalidRequestError', 422],
        'another service': notFound,
        'unknown key': ['UnauthorizedError', 401],
      },
    });
  });

  it('accepts 10,000 webhooks with random weights', async ({ skip }) => {
    if (python.missing !== null) skip(python.missing);
    const draw = seededRandom(41);
    const secret = 'sécret ﬁ';
    const lines = Array.from({ length: 10_000 }, (_, index) => {
      const ounces = (draw() / 2 ** 32) * 10 ** (index % 7);
      const weight = [Math.round(ounces), ounces, null, 0][index % 4];
      const message = index % 5 === 0 ? 'says "weight": 12' : 'é€🚚';
      const event = { id: `evt_${index}`, result: { weight, tracking_details: [{ message }] } };
      const body = Buffer.from(easypostJson(event), 'utf8');
      const request = { id: 'x', body, secrets: [secret], nowMs: 0 };
      const signature = requestHeaders('easypost', request, [])['x-hmac-signature'];
      return `${JSON.stringify({ body: body.toString(), signature, secret })}\n`;
    });
    const found = await python.run('verify.py', [], lines.join(''));
    expect(found).toEqual({ accepted: 10_000, refused: 0 });
  });
});

describe('AfterShip’s SDK of PyPI', () => {
  it('has every method, also with signed requests', async ({ skip }) => {
    if (python.missing !== null) skip(python.missing);
    const { name, credentials } = connectable();
    const args = [hub.url, key, name, JSON.stringify(credentials)];
    const notFound = ['NotFoundError', 404, 'NOT_FOUND'];
    const every = {
      trackings: {
        made: [true, 'fedex', 'Pending', 'Größe, no. 1'],
        pages: 2,
        rate: true,
        found: ['a b'],
        changed: [true, 'Ring twice & wait', 'Ring twice & wait', 'Pending'],
        repeated: ['BadRequestError', 400, 'TRACKING_ALREADY_EXIST'],
        retracked: ['BadRequestError', 400, 'INACTIVE_RETRACK_NOT_ALLOWED'],
        completed: ['BadRequestError', 400, 'INVALID_REQUEST'],
        deleted: [true, ['NotFoundError', 404, 'TRACKING_DOES_NOT_EXIST']],
      },
      couriers: {
        all: true,
        named: true,
        detected: 'ups',
        connection: 1,
        secret: true,
        gone: notFound,
      },
      estimates: {
        later: true,
        confidence: 30_002,
        batch: ['fedex', 'ups'],
        without: ['BadRequestError', 400, 'VALUE_REQUIRED'],
      },
    };
    expect(await python.run('aftership-methods.py', args)).toEqual({
      plain: every,
      signed: every,
      'unknown key': ['UnauthorizedError', 401, 'API_KEY_INVALID'],
    });
  });
});

/** A carrier with credentials that a merchant enters, under AfterShip's name. */
function connectable() {
  const { access, manifest } = hub.adapters
    .list()
    .filter(({ access }) => access?.credentials.some(({ required }) => required))
    .find(({ manifest }) => manifest.name === 'fedex') ?? { manifest: { name: '' } };
  const required = access?.credentials.filter((each) => each.required) ?? [];
  const credentials = Object.fromEntries(required.map(({ name }) => [name, `${name}-of-a-test`]));
  return { name: manifest.name, credentials };
}

describe('the clients of PyPI raise their own errors', () => {
  /** Our code; the status and class of EasyPost's client, then of AfterShip's. */
  const WANTED: readonly (readonly [ErrorCode, number, string, number, string])[] = [
    ['bad_request', 400, 'BadRequestError', 400, 'BadRequestError'],
    ['unreadable_json', 400, 'BadRequestError', 400, 'BadRequestError'],
    ['unauthenticated', 401, 'UnauthorizedError', 401, 'UnauthorizedError'],
    ['forbidden', 403, 'ForbiddenError', 403, 'ForbiddenError'],
    ['not_found', 404, 'NotFoundError', 404, 'NotFoundError'],
    // Neither client has a class of its own for these two.
    ['conflict', 409, 'UnknownApiError', 400, 'BadRequestError'],
    ['too_large', 413, 'UnknownApiError', 413, 'BadRequestError'],
    ['invalid', 422, 'InvalidRequestError', 400, 'BadRequestError'],
    ['rate_limited', 429, 'RateLimitError', 429, 'TooManyRequestsError'],
    ['internal', 500, 'InternalServerError', 500, 'InternalError'],
    ['overloaded', 503, 'ServiceUnavailableError', 503, 'InternalError'],
  ];

  it('for every status', async ({ skip }) => {
    if (python.missing !== null) skip(python.missing);
    const codes = WANTED.map(([code]) => code);
    const wanted = WANTED.map(([code, first, easypost, second, aftership]) => [
      code,
      { easypost: [easypost, first, true], aftership: [aftership, second, true] },
    ]);
    expect(await python.run('errors.py', [hub.url, ...codes])).toEqual(Object.fromEntries(wanted));
  });
});
