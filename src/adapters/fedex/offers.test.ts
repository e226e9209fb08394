import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../contract/pull.ts';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { access } from './access.ts';
import { proofOfDelivery } from './proof.ts';
import { subscribe } from './subscribe.ts';

const NUMBER = '122816215025810';
const KEYS = { client_id: 'test-key', client_secret: 'test-secret' };
const HOOK = { url: 'https://hub.example/hook', secret: 'test-token', header: null };

function tokenRead(status: number, body: unknown, headers = {}) {
  const answer: HttpAnswer = answerOf(status, body, headers);
  return access.token?.read(answer);
}

describe('the token', () => {
  it('endpoint’s 403 is throttling, to be left alone for ten minutes', () => {
    for (const body of [{ errors: [{ code: 'FORBIDDEN.ERROR' }] }, '<html></html>', '']) {
      expect(tokenRead(403, body)).toMatchObject({ outcome: 'rate_limited', retryAfterS: 600 });
    }
  });

  it('is refused for wrong keys in either of the shapes that were seen', () => {
    const envelope = { errors: [{ code: 'NOT.AUTHORIZED.ERROR' }] };
    expect(tokenRead(401, envelope)).toMatchObject({ outcome: 'auth_error' });
    expect(tokenRead(400, envelope)).toMatchObject({ outcome: 'auth_error' });
    expect(tokenRead(400, { error: 'invalid_client' })).toMatchObject({ outcome: 'auth_error' });
    expect(tokenRead(400, { error: 'invalid_request' })).toMatchObject({ outcome: 'error' });
  });

  it('lives as long as it says, an hour when it does not', () => {
    const of = (expires_in: unknown) => tokenRead(200, { access_token: 'x', expires_in });
    expect(of(1_800)).toEqual({ outcome: 'token', token: 'x', lifetimeS: 1_800 });
    expect(of(undefined)).toMatchObject({ lifetimeS: 3_600 });
    expect(of(-1)).toMatchObject({ lifetimeS: 3_600 });
  });

  it('is requested with the keys in the body; a reseller’s with its customer’s, too', () => {
    const bodyOf = (credentials: Record<string, string>) => access.token?.request(credentials).body;
    expect(bodyOf(KEYS)).toEqual({ form: { grant_type: 'client_credentials', ...KEYS } });
    expect(bodyOf({ ...KEYS, child_key: 'c', child_secret: 's' })).toEqual({
      form: { grant_type: 'csp_credentials', ...KEYS, child_Key: 'c', child_secret: 's' },
    });
    // Half of a pair of keys is ignored.
    expect(bodyOf({ ...KEYS, child_key: 'c' })).toEqual(bodyOf(KEYS));
  });
});

describe('a subscription', () => {
  const job = (jobStatus: string) => answerOf(200, { output: { jobId: 'job-1', jobStatus } });

  it('is refused where FedEx does not know the path, so that it is not tried for ever', async () => {
    const answer = answerOf(404, { errors: [{ code: 'NOT.FOUND.ERROR' }] });
    const [outcome] = await subscribe([NUMBER], HOOK, scriptedSession([answer]));
    expect(outcome).toMatchObject({ outcome: 'refused', trackingNumber: NUMBER });
  });

  it('wants a project with the permission for it', async () => {
    const answer = answerOf(403, { errors: [{ code: 'FORBIDDEN.ERROR' }] });
    const [outcome] = await subscribe([NUMBER], HOOK, scriptedSession([answer]));
    expect(outcome).toMatchObject({ outcome: 'scope_missing' });
  });

  it('follows the state of its job: waiting counts, failing does not', async () => {
    const of = async (status: string) =>
      (await subscribe([NUMBER], HOOK, scriptedSession([job(status)])))[0]?.outcome;
    for (const status of ['SUBMITTED', 'ACCEPTED', 'QUEUED', 'IN PROGRESS', 'COMPLETED']) {
      expect(await of(status)).toBe('subscribed');
    }
    for (const status of ['FAILED', 'NOT ACCEPTED']) expect(await of(status)).toBe('refused');
  });

  it('takes a thousand numbers a call and never says the security token', async () => {
    const numbers = Array.from({ length: 1_001 }, (_, i) => String(100_000_000_000 + i));
    const session = scriptedSession(() => job('SUBMITTED'));
    const outcomes = await subscribe(numbers, HOOK, session);
    expect(outcomes.map(({ trackingNumber }) => trackingNumber)).toEqual(numbers);
    expect(outcomes[0]).toEqual({
      outcome: 'subscribed',
      trackingNumber: numbers[0],
      subscriptionId: 'job-1',
      expiresAtMs: null,
      pending: false,
    });
    expect(session.calls).toHaveLength(2);
    expect(JSON.stringify(session.calls)).not.toContain(HOOK.secret);
  });

  it('goes where the portal says when the account names that, and nowhere else', async () => {
    const of = async (subscription_path: string) => {
      const session = scriptedSession(() => job('SUBMITTED'), { subscription_path });
      await subscribe([NUMBER], HOOK, session);
      return session.calls[0]?.path;
    };
    const usual = await of('');
    expect(await of('/track/v2/other-path')).toBe('/track/v2/other-path');
    for (const odd of ['https://evil.example', '//evil.example', '/../oauth', '/a?b', 'x']) {
      expect(await of(odd)).toBe(usual);
    }
  });
});

describe('a proof of delivery', () => {
  const PDF = Buffer.from('%PDF-1.4 test').toString('base64');
  const REQUEST = {
    trackingNumber: NUMBER,
    carrierPieceId: '12013~1~FDEG',
    offered: ['signature'],
  };

  it('is requested while it is unknown what is offered', async () => {
    const session = scriptedSession([answerOf(500, '')]);
    await proofOfDelivery({ ...REQUEST, offered: null }, session);
    expect(session.calls).toHaveLength(1);
  });

  it('is not requested where no signature is offered', async () => {
    const session = scriptedSession([]);
    const outcome = await proofOfDelivery({ ...REQUEST, offered: ['document'] }, session);
    expect([outcome.outcome, session.calls.length]).toEqual(['none', 0]);
  });

  it('is none when FedEx has none, or sends a type that a browser would run', async () => {
    const html = Buffer.from('<html><script>').toString('base64');
    for (const answer of [
      answerOf(400, { errors: [{ code: 'TRACKING.DATA.NOTFOUND' }] }),
      answerOf(200, { output: { document: [] } }),
      answerOf(200, { output: { document: [html] } }),
      answerOf(200, {}),
    ]) {
      expect(await proofOfDelivery(REQUEST, scriptedSession([answer]))).toMatchObject({
        outcome: 'none',
      });
    }
    const outage = answerOf(500, { errors: [{ code: 'INTERNAL.SERVER.ERROR' }] });
    expect(await proofOfDelivery(REQUEST, scriptedSession([outage]))).toMatchObject({
      outcome: 'error',
    });
  });

  it('is the letter of this life of the number, under either name', async () => {
    for (const name of ['document', 'documents']) {
      const session = scriptedSession([answerOf(200, { output: { [name]: [PDF] } })], {
        account_number: '123456789',
      });
      const outcome = await proofOfDelivery(REQUEST, session);
      expect(outcome).toMatchObject({
        outcome: 'documents',
        documents: [{ kind: 'signature', mediaType: 'application/pdf' }],
      });
      expect(session.calls[0]).toMatchObject({
        path: '/track/v1/trackingdocuments',
        body: {
          json: {
            trackDocumentSpecification: [
              {
                trackingNumberInfo: {
                  trackingNumber: NUMBER,
                  trackingNumberUniqueId: '12013~1~FDEG',
                },
                accountNumber: '123456789',
              },
            ],
          },
        },
      });
    }
  });
});
