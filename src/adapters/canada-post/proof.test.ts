import { describe, expect, it } from 'vitest';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { proofOfDelivery } from './proof.ts';

const REQUEST = { trackingNumber: '9907000000000038', carrierPieceId: null };
const PDF = Buffer.from('%PDF-1.4\n').toString('base64');
const JPG = Buffer.from([0xff, 0xd8, 0xff, 0xe0]).toString('base64');
const certificate = `<delivery-confirmation-certificate><filename>a.pdf</filename><image>${PDF}</image></delivery-confirmation-certificate>`;
const image = `<signature-image><image>${JPG}</image><mime-type>image/jpeg</mime-type></signature-image>`;
const message = (code: string) =>
  `<messages><message><code>${code}</code><description>x</description></message></messages>`;

describe('Canada Post proofs', () => {
  it('are the certificate alone unless a signature is offered', async () => {
    const session = scriptedSession([answerOf(200, certificate)]);
    const proof = await proofOfDelivery({ ...REQUEST, offered: [] }, session);
    expect(proof).toMatchObject({ outcome: 'documents', documents: [{ kind: 'document' }] });
    expect(session.calls.map(({ path }) => path)).toEqual(['/vis/certificate/9907000000000038']);
  });

  it('are both where both are there', async () => {
    const session = scriptedSession([answerOf(200, certificate), answerOf(200, image)]);
    const proof = await proofOfDelivery({ ...REQUEST, offered: ['signature'] }, session);
    expect(proof).toMatchObject({
      documents: [{ mediaType: 'application/pdf' }, { kind: 'signature', mediaType: 'image/jpeg' }],
    });
  });

  it('survive that the signature is gone, or fails', async () => {
    for (const second of [answerOf(404, message('003')), answerOf(503, '')]) {
      const session = scriptedSession([answerOf(200, certificate), second]);
      const proof = await proofOfDelivery({ ...REQUEST, offered: ['signature'] }, session);
      expect(proof).toMatchObject({ outcome: 'documents', documents: [{ kind: 'document' }] });
    }
  });

  it('are none where the carrier says so, and wait where it asks to', async () => {
    const ask = (status: number, body: string) =>
      proofOfDelivery({ ...REQUEST, offered: null }, scriptedSession([answerOf(status, body)]));
    expect(await ask(404, message('007'))).toMatchObject({ outcome: 'none' });
    const throttled = message('Server').replace('>x<', '>Rejected by SLM Monitor<');
    expect(await ask(500, throttled)).toMatchObject({ outcome: 'rate_limited', retryAfterS: 60 });
    expect(await ask(401, '')).toMatchObject({ outcome: 'auth_error' });
  });
});
