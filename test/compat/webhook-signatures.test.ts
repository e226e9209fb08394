import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { easypostJson } from '../../src/http/compat/easypost/tracker.ts';
import { seededRandom } from '../../src/kernel/seeded-random.ts';
import { runs } from '../../src/kernel/test-runs.ts';
import { requestHeaders } from '../../src/reactions/merchant-webhooks/deliveries/request-headers.ts';
import { EasyPost } from '../support/compat/easypost-client.ts';

/** EasyPost's own vector; it is not part of the repository. */
const RECORDED = new URL('../../../shared/data/easypost/', import.meta.url);
const hasRecorded = existsSync(RECORDED);
if (!hasRecorded) process.stderr.write(`skipped: no recordings of EasyPost at ${RECORDED}\n`);

const { Utils } = new EasyPost('wb_test_none');

function signed(body: Uint8Array, secret: string) {
  return requestHeaders('easypost', { id: 'x', body, secrets: [secret], nowMs: 0 }, []);
}

it('EasyPost’s client accepts webhooks with random weights', () => {
  const draw = seededRandom(40);
  const random = () => draw() / 2 ** 32;
  const secret = 'sécret ﬁ';
  let refused = 0;
  for (let i = 0; i < runs(10_000); i += 1) {
    const ounces = random() * 10 ** Math.floor(random() * 6);
    const weight = [Math.round(ounces), Math.round(ounces * 10) / 10, ounces, null, 0][i % 5];
    const message = i % 7 === 0 ? 'says "weight": 12, and {"weight":5}' : 'é€🚚';
    const body = {
      id: `evt_${i}`,
      result: { weight, tracking_details: [{ message }], last: { weight } },
    };
    const bytes = Buffer.from(easypostJson(body), 'utf8');
    try {
      expect(Utils.validateWebhook(bytes, signed(bytes, secret), secret)).toEqual(body);
    } catch {
      refused += 1;
    }
  }
  expect(refused).toBe(0);
});

it.skipIf(!hasRecorded)('EasyPost’s own vector gets the signature that EasyPost gives it', () => {
  // Without the end of the file's line.
  const body = Buffer.from(readFileSync(new URL('event-body.json', RECORDED), 'utf8').trimEnd());
  const { secret, hmac_signature: wanted } = JSON.parse(
    readFileSync(new URL('webhook-vector.json', RECORDED), 'utf8'),
  );
  expect(signed(body, secret)).toMatchObject({ 'x-hmac-signature': wanted });
});

it('AfterShip’s signature is the base64 of an HMAC over the body, with the whole secret', () => {
  const body = Buffer.from('{"event":"tracking_update"}', 'utf8');
  const request = { id: 'x', body, secrets: ['whsec_a', 'older'], nowMs: 0 };
  expect(requestHeaders('aftership', request, [])).toEqual({
    'content-type': 'application/json',
    'as-webhook-version': '2026-07',
    'aftership-hmac-sha256': createHmac('sha256', 'whsec_a').update(body).digest('base64'),
  });
});
