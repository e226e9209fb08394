import { describe, expect, it } from 'vitest';
import type { CarrierAnswer, ProofRequest } from '../contract/pull.ts';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { proofOfDelivery } from './proof-of-delivery.ts';

const NUMBER = '9356579890';
const MY_DHL = { mydhl_username: 'test-user', mydhl_password: 'test-password' };
const PDF = Buffer.from('%PDF-1.4 test');
const GIF = Uint8Array.from(Buffer.from('GIF89a test'));
const UNIFIED = `/track/shipments?trackingNumber=${NUMBER}`;

interface RequestedProof {
  readonly credentials?: Record<string, string>;
  readonly offered?: ProofRequest['offered'];
  readonly trackingNumber?: string;
}

const run = async (script: readonly CarrierAnswer[], requested: RequestedProof = {}) => {
  const { credentials = {}, trackingNumber = NUMBER } = requested;
  const { offered = ['signature', 'document'] } = requested;
  const session = scriptedSession(script, credentials);
  const request: ProofRequest = { trackingNumber, carrierPieceId: null, offered };
  return { outcome: await proofOfDelivery(request, session), calls: session.calls };
};
const unified = (proof: Record<string, unknown>, ...others: readonly unknown[]) =>
  answerOf(200, { shipments: [{ id: NUMBER, details: { proofOfDelivery: proof } }, ...others] });
const epod = (...contents: readonly unknown[]) =>
  answerOf(200, {
    documents: contents.map((content) => ({ encodingFormat: 'PDF', typeCode: 'POD', content })),
  });
const bytes = (status: number, content: Uint8Array): CarrierAnswer => ({
  ...answerOf(status, 'not text'),
  bytes: content,
});

describe('unavailable DHL proofs', () => {
  it('cost no call when none is offered and there is no MyDHL account', async () => {
    const { outcome, calls } = await run([], { offered: [] });
    expect(outcome).toEqual({ outcome: 'none', reason: 'the carrier offers none' });
    expect(calls).toEqual([]);
  });

  it('are searched for while it is unknown what is offered', async () => {
    const { outcome, calls } = await run([unified({})], { offered: null });
    expect(outcome.outcome).toBe('none');
    expect(calls).toHaveLength(1);
  });

  it('on public pages elsewhere are left there, without a call to them', async () => {
    for (const url of [
      'https://webpod.dhl.com/webPOD/DHLePODRequest',
      'https://api-eu.dhl.com.evil.example/x',
      'https://api-eu.dhl.com:444/x',
      'http://api-eu.dhl.com/x',
      '/x',
      'string',
    ]) {
      const { outcome, calls } = await run([unified({ signatureUrl: url, documentUrl: url })]);
      expect(outcome).toMatchObject({ outcome: 'none' });
      expect(calls.map(({ path }) => path)).toEqual([UNIFIED]);
    }
  });

  it('of a number used by two parcels are shown to nobody', async () => {
    const twin = { id: NUMBER, details: {} };
    const proof = { documentUrl: 'https://api-eu.dhl.com/pod/1' };
    const { outcome, calls } = await run([unified(proof, twin)]);
    expect(outcome).toMatchObject({ outcome: 'none' });
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['no result', answerOf(404, { title: 'No result found', status: 404 }), 'none'],
    ['no proof', unified({}), 'none'],
    ['garbage', answerOf(200, 'x'), 'none'],
    ['a refused key', answerOf(401, ''), 'auth_error'],
    ['a used up day', answerOf(429, ''), 'rate_limited'],
    ['no budget', { kind: 'unsent', reason: 'budget', retryAfterS: null }, 'unsent'],
  ] as const)('with %s say so', async (_, answer, expected) => {
    expect((await run([answer])).outcome.outcome).toBe(expected);
  });

  it('are not made of anything a browser might run', async () => {
    const proof = { documentUrl: 'https://api-eu.dhl.com/pod/1' };
    const page = bytes(200, Uint8Array.from(Buffer.from('<html><script>')));
    expect((await run([unified(proof), page])).outcome.outcome).toBe('none');
    expect((await run([unified(proof), answerOf(200, '%PDF-1.4')])).outcome.outcome).toBe('none');
    const html = Buffer.from('<html>').toString('base64');
    const options = { credentials: MY_DHL, offered: [] };
    expect((await run([epod(html, 'no base64', null, 7)], options)).outcome.outcome).toBe('none');
  });

  it('from MyDHL that fails are MyDHL’s failure, not Unified’s', async () => {
    const { outcome, calls } = await run([answerOf(401, '')], { credentials: MY_DHL });
    expect(outcome).toMatchObject({
      outcome: 'auth_error',
      reason: expect.stringMatching(/^MyDHL: /),
    });
    expect(calls).toHaveLength(1);
    expect(JSON.stringify(outcome)).not.toContain('test-password');
  });
});

describe('DHL proofs', () => {
  it('come from MyDHL where the account holds its credentials', async () => {
    const { outcome, calls } = await run([epod(PDF.toString('base64'))], { credentials: MY_DHL });
    expect(outcome).toEqual({
      outcome: 'documents',
      documents: [{ kind: 'document', mediaType: 'application/pdf', bytes: Uint8Array.from(PDF) }],
    });
    expect(calls).toEqual([
      {
        method: 'GET',
        path: `/mydhlapi/shipments/${NUMBER}/proof-of-delivery?content=epod-summary`,
        origin: 'https://express.api.dhl.com',
      },
    ]);
  });

  it('do not come from MyDHL for a number that is not an Express waybill, or with half a login', async () => {
    const missing = answerOf(404, { title: 'No result found', status: 404 });
    const parcel = { credentials: MY_DHL, trackingNumber: '00340434161094015902' };
    expect((await run([missing], parcel)).calls[0]?.origin).toBeUndefined();
    const half = { credentials: { mydhl_username: 'test-user' } };
    expect((await run([missing], half)).calls[0]?.origin).toBeUndefined();
  });

  it('come from Unified when MyDHL has none', async () => {
    const none = answerOf(404, { instance: '/expressapi/x', title: 'Not Found', status: '404' });
    const { outcome, calls } = await run(
      [
        none,
        unified({
          signatureUrl: 'https://api-eu.dhl.com/pod/1?a=b#c',
          documentUrl: 'https://webpod.dhl.com/x',
        }),
        bytes(200, GIF),
      ],
      { credentials: MY_DHL },
    );
    expect(outcome).toEqual({
      outcome: 'documents',
      documents: [{ kind: 'signature', mediaType: 'image/gif', bytes: GIF }],
    });
    expect(calls.slice(1).map(({ path, wantsBytes }) => [path, wantsBytes])).toEqual([
      [UNIFIED, undefined],
      ['/pod/1?a=b', true],
    ]);
  });

  it('are retained when a second one is no longer available', async () => {
    const both = unified({
      signatureUrl: 'https://api-eu.dhl.com/pod/1',
      documentUrl: 'https://api-eu.dhl.com/pod/2',
    });
    const proof = await run([both, bytes(200, GIF), answerOf(429, '')]);
    expect(proof.outcome).toMatchObject({
      outcome: 'documents',
      documents: [{ kind: 'signature' }],
    });
    const lost = await run([both, answerOf(429, '')]);
    expect(lost.outcome.outcome).toBe('rate_limited');
    expect(lost.calls).toHaveLength(2);
  });
});
