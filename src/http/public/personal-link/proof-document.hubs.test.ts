import { afterAll, beforeAll, expect, it } from 'vitest';
import { provedParcel } from '../../../../test/support/hubs/proved-parcel.ts';
import { openTestPublic, TEST_READER, type TestPublic } from '../tracking/test-public.ts';
import { NO_OFFERS } from './test-self-service.ts';

let site: TestPublic;
let parcel: Awaited<ReturnType<typeof provedParcel>>;
let at: string;
beforeAll(async () => {
  site = await openTestPublic();
  parcel = await provedParcel(site.hub, { recipient: { email: TEST_READER } });
  at = `/track/fleet/${parcel.number}`;
});
afterAll(() => site.close());

const token = () => site.token(parcel.id);

async function send(form: Readonly<Record<string, string>>, language = 'en') {
  const answer = await fetch(`${site.hub.url}${at}/proof?lang=${language}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    body: new URLSearchParams(form),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, headers: answer.headers, bytes };
}

const wanted = () => ({ t: token(), consent: 'yes', proof: 'proof_document' });

async function page(language = 'en'): Promise<string> {
  const answer = await fetch(`${site.hub.url}${at}?lang=${language}&t=${token()}`);
  return answer.text();
}

/** The language in the PDF's metadata. */
function languageIn(bytes: Buffer): string {
  return /\/Lang \(([a-z]{2})\)/.exec(bytes.toString('latin1'))?.[1] ?? 'none';
}

it('lets a recipient download the proof document by the personal link, in the language of the page', async () => {
  site.service.offered = { ...NO_OFFERS, proofAvailable: true };
  expect(await page()).toMatch(/value="proof_document"[^>]*>Download proof of delivery \(PDF\)</);
  expect(await page('de')).toContain('Beleg herunterladen (PDF)');
  for (const language of ['en', 'fr']) {
    const { status, headers, bytes } = await send(wanted(), language);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="proof-WB\d+\.pdf"$/);
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(languageIn(bytes)).toBe(language);
    expect(bytes.length, 'with pictures').toBeGreaterThan(5_000);
  }
});

it('prefers the recipient’s own language over the page’s', async () => {
  const { status } = await parcel.merchant('PATCH', `/shipments/${parcel.id}`, {
    recipient: { email: TEST_READER, locale: 'es-ES' },
  });
  expect(status).toBe(200);
  expect(languageIn((await send(wanted(), 'fr')).bytes)).toBe('es');
});

it('refuses it without the link, without agreement, or when it is not offered', async () => {
  expect((await send({ ...wanted(), t: 'x' })).status).toBe(403);
  const { t, proof } = wanted();
  expect((await send({ t, proof })).status).toBe(422);
  site.service.offered = NO_OFFERS;
  expect((await send(wanted())).status).toBe(422);
  expect(await page()).not.toContain('value="proof_document"');
});
