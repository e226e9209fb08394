import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../platform/clock.ts';
import { type RunningSandbox, sandboxClock, startSandbox } from '../sandbox-kit/index.ts';
import { numbers } from './numbers.ts';
import { parse } from './parse.ts';
import { sandbox as fedex } from './sandbox.ts';

const START_MS = Date.UTC(2026, 2, 2, 17);
const HOUR_MS = 3_600_000;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const CREDENTIALS = 'grant_type=client_credentials&client_id=me&client_secret=test-secret';

let sandbox: RunningSandbox;
let token = '';

beforeEach(async () => {
  const clock = sandboxClock(manualClock(START_MS), { speed: 0 });
  sandbox = await startSandbox({ carriers: [fedex], clock });
  token = ((await (await askToken()).json()) as { access_token: string }).access_token;
});

afterEach(() => sandbox.stop());

const post = (path: string, headers: Record<string, string>, body: string) =>
  fetch(`${sandbox.origin}/fedex${path}`, { method: 'POST', headers, body });

const askToken = (body = CREDENTIALS) => post('/oauth/token', FORM, body);

function authorized(path: string, body: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return post(path, headers, JSON.stringify(body));
}

function track(...requested: readonly string[]): Promise<Response> {
  return authorized('/track/v1/trackingnumbers', {
    includeDetailedScans: true,
    trackingInfo: requested.map((trackingNumber) => ({ trackingNumberInfo: { trackingNumber } })),
  });
}

async function errorOf(answer: Response): Promise<readonly [number, string]> {
  const body = (await answer.json()) as { errors: { code: string }[] };
  return [answer.status, body.errors[0]?.code ?? ''];
}

interface Results {
  readonly output: {
    readonly completeTrackResults: readonly {
      readonly trackingNumber: string;
      readonly trackResults: readonly {
        readonly trackingNumberInfo: { readonly trackingNumberUniqueId: string };
        readonly latestStatusDetail?: { readonly code: string; readonly derivedCode: string };
        readonly scanEvents?: readonly {
          readonly date: string;
          readonly eventType: string;
          readonly derivedStatusCode: string;
        }[];
        readonly error?: { readonly code: string };
      }[];
    }[];
  };
}

async function results(...requested: readonly string[]) {
  const answer = await track(...requested);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as Results).output.completeTrackResults;
}

describe('the token endpoint', () => {
  it('refuses wrong credentials and other grants', async () => {
    sandbox.setCredentials('fedex', 'me', 'another', 'good');
    expect(await errorOf(await askToken())).toEqual([401, 'NOT.AUTHORIZED.ERROR']);
    expect((await askToken('grant_type=password&client_id=a&client_secret=b')).status).toBe(400);
  });

  it('throttles with 403 for ten minutes, and each further call restarts them', async () => {
    for (let index = 1; index < 15; index += 1) expect((await askToken()).status).toBe(200);
    expect(await errorOf(await askToken())).toEqual([403, 'FORBIDDEN.ERROR']);
    await sandbox.advance(599_000);
    expect((await askToken()).status).toBe(403);
    await sandbox.advance(599_000);
    expect((await askToken()).status).toBe(403);
    await sandbox.advance(600_000);
    expect((await askToken()).status).toBe(200);
  });

  it('gives tokens that end after an hour', async () => {
    await sandbox.advance(HOUR_MS - 1_000);
    expect((await track('122816215025810')).status).toBe(200);
    await sandbox.advance(1_000);
    expect(await errorOf(await track('122816215025810'))).toEqual([401, 'NOT.AUTHORIZED.ERROR']);
  });

  it('gives a token without the scope if configured to do so', async () => {
    sandbox.setCredentials('fedex', 'me', null, 'no_scope');
    token = ((await (await askToken()).json()) as { access_token: string }).access_token;
    expect(await errorOf(await track('1'))).toEqual([403, 'FORBIDDEN.ERROR']);
  });
});

describe('tracking', () => {
  it('refuses an empty number, more than thirty, and a body without includeDetailedScans', async () => {
    expect(await errorOf(await track(''))).toEqual([400, 'TRACKING.TRACKINGNUMBER.EMPTY']);
    const many = Array.from({ length: 31 }, (_, index) => String(index));
    expect((await track(...many)).status).toBe(400);
    expect((await authorized('/track/v1/trackingnumbers', { trackingInfo: [] })).status).toBe(400);
    expect((await authorized('/track/v1/nothing', {})).status).toBe(404);
  });

  it('answers an unknown number within an answer of 200, next to a known one', async () => {
    const [known, unknown] = await results('122816215025810', '999999999999');
    expect(known?.trackResults[0]?.latestStatusDetail?.code).toBe('DL');
    expect(unknown?.trackResults).toMatchObject([
      { error: { code: 'TRACKING.TRACKINGNUMBER.NOTFOUND' } },
    ]);
  });

  it('shows scans newest first, each in the time of its place', async () => {
    const [delivered] = await results('122816215025810');
    const scans = delivered?.trackResults[0]?.scanEvents ?? [];
    expect(scans.map(({ eventType }) => eventType).join(' ')).toBe(
      'DL OD AF IT DP AR DP AR DP AR PU OC',
    );
    expect(scans.map(({ date }) => date.slice(19)).join(' ')).toBe(
      '-05:00 -05:00 -05:00 -05:00 -06:00 -06:00 -07:00 -07:00 -08:00 -08:00 -08:00 -08:00',
    );
  });

  it('rolls a return up as delivered and out for delivery as in transit, as FedEx does', async () => {
    const [returning, onVehicle, held] = await results(
      '076288115212522',
      '231300687629630',
      '843119172384577',
    );
    expect(returning?.trackResults[0]?.latestStatusDetail?.code).toBe('DE');
    expect(returning?.trackResults[0]?.scanEvents?.[0]).toMatchObject({
      eventType: 'RS',
      derivedStatusCode: 'DL',
    });
    expect(onVehicle?.trackResults[0]?.latestStatusDetail).toMatchObject({
      code: 'OD',
      derivedCode: 'IT',
    });
    expect(held?.trackResults[0]).toMatchObject({ latestStatusDetail: { code: 'HL' } });
  });

  it('distinguishes the instances of a recycled number by their ids', async () => {
    const [recycled] = await results('999900000027');
    const ids = recycled?.trackResults.map((each) => each.trackingNumberInfo);
    expect(ids).toHaveLength(2);
    expect(ids?.[0]?.trackingNumberUniqueId).not.toBe(ids?.[1]?.trackingNumberUniqueId);
  });

  it('says 429 beyond its windows, in other words for the day than for the burst', async () => {
    const clock = sandboxClock(manualClock(START_MS), { speed: 0 });
    await sandbox.stop();
    const rates = [
      { name: 'burst', endpoint: 'track', calls: 1, perS: 10 },
      { name: 'day', endpoint: 'track', calls: 2, perS: 86_400 },
    ];
    sandbox = await startSandbox({ carriers: [fedex], clock, rates: { fedex: rates } });
    token = ((await (await askToken()).json()) as { access_token: string }).access_token;
    expect((await track('1')).status).toBe(200);
    expect(await (await track('1')).text()).toContain('short duration');
    await sandbox.advance(10_000);
    expect((await track('1')).status).toBe(200);
    await sandbox.advance(10_000);
    const answer = await track('1');
    expect(answer.headers.get('retry-after')).toBeNull();
    expect(await answer.text()).toContain('quota');
    expect(sandbox.callFigures('fedex').violations).toBe(2);
  });

  it('gives the signed letter of a delivered parcel, and none of another', async () => {
    const ask = (trackingNumber: string, documentFormat: string) =>
      authorized('/track/v1/trackingdocuments', {
        trackDocumentDetail: { documentType: 'SIGNATURE_PROOF_OF_DELIVERY', documentFormat },
        trackDocumentSpecification: [{ trackingNumberInfo: { trackingNumber } }],
      });
    const letter = (await (await ask('122816215025810', 'PDF')).json()) as {
      output: { document: string[] };
    };
    expect(Buffer.from(letter.output.document[0] ?? '', 'base64').toString('latin1')).toMatch(
      /^%PDF-1\.4.*R\.OLLINS.*%%EOF\n$/s,
    );
    expect((await ask('231300687629630', 'PDF')).status).toBe(400);
    expect(await errorOf(await ask('999999999999', 'PNG'))).toEqual([
      400,
      'TRACKING.TRACKINGNUMBER.NOTFOUND',
    ]);
  });
});

describe('faults', () => {
  it('are answered in FedEx’s words, each on the calls it touches', async () => {
    const said: unknown[] = [];
    for (const kind of ['server_errors', 'outage', 'rate_limited', 'token_throttled'] as const) {
      const { id } = sandbox.faults.add({ kind });
      said.push([kind, (await track('1')).status, (await askToken()).status]);
      sandbox.faults.lift(id);
    }
    expect(said).toEqual([
      ['server_errors', 500, 500],
      ['outage', 503, 503],
      ['rate_limited', 429, 200],
      ['token_throttled', 200, 403],
    ]);
  });
});

describe('pushes', () => {
  const received: { readonly signature: string | undefined; readonly body: string }[] = [];
  let hub: Server;
  let status = 200;

  beforeEach(async () => {
    received.length = 0;
    status = 200;
    hub = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      received.push({ signature: String(request.headers['fdx-signature']), body });
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/hook`;
    sandbox.subscribe('fedex', { account: 'me', numbers: [], url, secret: 'test-security-token' });
  });

  afterEach(() => new Promise((resolve) => hub.close(resolve)));

  const associate = (trackingNumber: string) =>
    authorized('/track/v1/trackingnumbers/association', {
      action: 'ADD',
      trackingNumberDetails: [{ trackingNumber }],
    });

  it('are signed over the bytes, one scan each, and read as reports', async () => {
    sandbox.register('fedex', { number: '999900000108', scenario: 'moving' });
    expect(await (await associate('999900000108')).json()).toMatchObject({
      output: { jobStatus: 'SUBMITTED' },
    });
    await sandbox.advance(100 * HOUR_MS);
    expect(received).toHaveLength(12);
    for (const { signature, body } of received) {
      const expected = createHmac('sha256', 'test-security-token').update(body).digest('base64');
      expect(signature).toBe(expected);
      const outcome = parse({ text: body, kind: 'webhook' });
      expect(outcome.outcome === 'reports' && outcome.reports[0]?.facts).toHaveLength(1);
    }
  });

  it('are tried three times more, five minutes apart', async () => {
    status = 500;
    sandbox.register('fedex', { number: '449044304137821', scenario: 'label-created' });
    await associate('449044304137821');
    await sandbox.advance(HOUR_MS);
    const minutes = sandbox.pushes('fedex').map(({ atMs }) => (atMs - START_MS) / 60_000);
    expect(minutes).toEqual([2, 7, 12, 17]);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  });

  it('cannot be requested without a webhook made in the portal', async () => {
    sandbox.endSubscriptions('fedex');
    expect(await errorOf(await associate('1'))).toEqual([403, 'FORBIDDEN.ERROR']);
  });
});

describe('scenarios', () => {
  it('read as reports without a warning, for every magic number', async () => {
    for (const { name, numbers: magic } of fedex.scenarios) {
      for (const number of magic) {
        const text = await (await track(number)).text();
        expect([name, parse({ text, kind: 'track', httpStatus: 200 })]).toMatchObject([
          name,
          { outcome: 'reports', misses: [], warnings: [] },
        ]);
      }
    }
  });

  it('of our own numbers are recognised as FedEx’s', () => {
    const ours = fedex.scenarios
      .flatMap((each) => each.numbers)
      .concat(fedex.demo?.number ?? [])
      .filter((number) => number.startsWith('9999'));
    expect(ours.length).toBeGreaterThan(5);
    for (const number of ours) {
      expect([number, numbers.recognise(number)]).toMatchObject([
        number,
        [{ checkDigit: 'valid' }],
      ]);
    }
  });
});
