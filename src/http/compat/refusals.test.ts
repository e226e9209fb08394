import { connect } from 'node:net';
import { AfterShip } from '@aftership/tracking-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EasyPost } from '../../../test/support/compat/easypost-client.ts';
import { ERROR_CODES, type ErrorCode, Problem, STATUS_OF } from '../../kernel/errors.ts';
import { invalidMember } from '../kit/validation.ts';
import { createTestHub, type TestHub } from '../testing/test-hub.ts';
import { ServiceProblem } from './service-problem.ts';

/** Paths that answer with the error in their name, as the front and every handler would. */
const refusing = [
  '/compat/easypost/forced/:code/v2/trackers',
  '/compat/aftership/forced/:code/tracking/2026-07/trackings',
];

function refusalOf(code: string): Problem {
  if (code === 'missing')
    return invalidMember('/tracking_number', 'values.isMissing', 'values.remove');
  if (code === 'unusable')
    return invalidMember('/tracking_number', 'values.empty', 'values.remove');
  if (code === 'own') {
    const own = { code: 4003, status: 400, data: { id: 'x' } };
    return new ServiceProblem('conflict', 'requests.requestFailed', own);
  }
  return new Problem(code as ErrorCode, 'requests.requestFailed', { retryAfterS: 1 });
}

let hub: TestHub;
beforeAll(async () => {
  hub = await createTestHub({
    publicRoutes: () =>
      refusing.map((path) => ({
        method: 'GET',
        path,
        hot: false,
        handler: (_request, _response, { params }) =>
          Promise.reject(refusalOf(params['code'] ?? '')),
      })),
  });
});
afterAll(() => hub.close());

const easypost = (path: string) =>
  new EasyPost('wb_test_unknown', { baseUrl: `${hub.url}/compat/easypost${path}/v2/` });
const aftership = (path: string) =>
  new AfterShip({
    api_key: 'wb_test_unknown',
    domain: `${hub.url}/compat/aftership${path}`,
    max_retry: 0,
  });

async function easypostError(path: string) {
  const error: unknown = await easypost(path)
    .Tracker.all({})
    .catch((thrown: unknown) => thrown);
  // The classes of its errors have no names in the bundle.
  const { statusCode, code, message, errors } = error as Record<string, unknown>;
  return { isCrash: error instanceof TypeError, statusCode, code, message, errors };
}

async function aftershipError(path: string) {
  const error: unknown = await aftership(path)
    .tracking.getTrackings()
    .catch((thrown: unknown) => thrown);
  const { code, meta_code, status_code, response_body } = error as Record<string, unknown>;
  return { code, meta_code, status_code, body: JSON.parse(String(response_body)) };
}

describe('EasyPost’s client', () => {
  it('raises its own error for every code', async () => {
    const found = await Promise.all(ERROR_CODES.map((code) => easypostError(`/forced/${code}`)));
    const wanted = ERROR_CODES.map((code) => ({
      isCrash: false,
      statusCode: STATUS_OF[code],
      message: 'The request failed; the log has the details.',
      errors: [],
    }));
    expect(found).toMatchObject(wanted);
  });

  it('gets the member that is missing or unusable', async () => {
    expect(await easypostError('/forced/missing')).toMatchObject({
      statusCode: 422,
      code: 'PARAMETER.REQUIRED',
      errors: [{ field: 'tracking_number', message: 'It is missing. Remove it.' }],
    });
    expect(await easypostError('/forced/unusable')).toMatchObject({ code: 'PARAMETER.INVALID' });
  });

  it('gets a 404 of its own for an unknown path, also as a browser', async () => {
    expect(await easypostError('/nowhere')).toMatchObject({
      statusCode: 404,
      code: 'NOT_FOUND',
    });
    const headers = { accept: 'text/html' };
    const answer = await fetch(`${hub.url}/compat/easypost/v2/batches`, { headers });
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { errors: [] } }]);
    expect((await fetch(`${hub.url}/v1/compat/easypost/v2/trackers`)).status).toBe(404);
  });
});

describe('AfterShip’s SDK', () => {
  it('raises its own error for every code', async () => {
    const types = ['BadRequest', 'Unauthorized', 'Forbidden', 'NotFound', 'TooManyRequests'];
    await Promise.all(
      ERROR_CODES.map(async (code) => {
        const found = await aftershipError(`/forced/${code}`);
        const { meta } = found.body;
        expect(found.code).toMatch(/^[A-Z_]+$/);
        expect(meta.code).toBe(found.meta_code);
        expect([...types, 'InternalError']).toContain(meta.type);
        // It repeats requests from 500 on, so what the caller must change is never one of those.
        expect(Number(found.status_code) >= 500).toBe(STATUS_OF[code] >= 500);
      }),
    );
  });

  it.each([
    ['unauthenticated', 'API_KEY_INVALID'],
    ['forbidden', 'REQUEST_NOT_ALLOWED'],
    ['not_found', 'NOT_FOUND'],
    ['rate_limited', 'TOO_MANY_REQUEST'],
    ['internal', 'INTERNAL_ERROR'],
    ['overloaded', 'INTERNAL_ERROR'],
    ['unreadable_json', 'INVALID_JSON'],
    ['missing', 'TRACKING_NUMBER_REQUIRED'],
    ['unusable', 'TRACKING_NUMBER_INVALID'],
    ['own', 'TRACKING_ALREADY_EXIST'],
  ])('knows what %s means', async (code, theirs) => {
    expect((await aftershipError(`/forced/${code}`)).code).toBe(theirs);
  });

  it('gets a service’s own data beside the error, and a 404 of its own', async () => {
    expect((await aftershipError('/forced/own')).body.data).toEqual({ id: 'x' });
    expect(await aftershipError('/nowhere')).toMatchObject({ code: 'NOT_FOUND', status_code: 404 });
  });

  it('gets the same from the root, where the SDK for Python asks', async () => {
    const answers = ['/nowhere', '/trackings'].map(async (path) => {
      const answer = await fetch(`${hub.url}/tracking/2026-07${path}`);
      return [answer.status, ((await answer.json()) as { meta: { code: number } }).meta.code];
    });
    expect(await Promise.all(answers)).toEqual([
      [404, 404],
      [401, 401],
    ]);
  });
});

describe('requests that never reach a handler', () => {
  it.each([
    ['/compat/easypost/v2/%ff', 'error'],
    ['/compat/aftership/tracking/%ff', 'meta'],
  ])('are refused in the style of their path: %s', async (path, member) => {
    const answer = await fetch(hub.url + path);
    expect([answer.status, Object.keys((await answer.json()) as object)]).toMatchObject([
      400,
      expect.arrayContaining([member]),
    ]);
  });

  it('are so even where node’s parser gives up on their headers', async () => {
    const { hostname, port } = new URL(hub.url);
    const socket = connect(Number(port), hostname);
    const got: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => got.push(bytes));
    socket.write(`GET /compat/easypost/v2/trackers HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`);
    await new Promise((resolve) => socket.once('close', resolve));
    const [head = '', body = ''] = Buffer.concat(got).toString('utf8').split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/json;/);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'BAD_REQUEST' } });
  });

  it('get no WWW-Authenticate and no cookie', async () => {
    const answer = await fetch(`${hub.url}/compat/easypost/forced/unauthenticated/v2/trackers`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBeNull();
    expect(answer.headers.get('set-cookie')).toBeNull();
  });
});
