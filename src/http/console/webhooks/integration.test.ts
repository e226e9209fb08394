import { expect, it } from 'vitest';
import { EXAMPLE_BODY, EXAMPLE_SECRET, exampleHeaders, VERIFY_IN_NODE } from './integration.tsx';

it('shows code that accepts the example beside it, and nothing that was changed or is old', async () => {
  const source = `data:text/javascript,${encodeURIComponent(VERIFY_IN_NODE)}`;
  const { isFromWaybill } = await import(/* @vite-ignore */ source);
  const headers = exampleHeaders();
  const nowMs = Number(headers['webhook-timestamp']) * 1_000 + 60_000;
  const check = (body: string, secret = EXAMPLE_SECRET, atMs = nowMs) =>
    isFromWaybill(headers, Buffer.from(body), secret, atMs);
  expect(check(EXAMPLE_BODY)).toBe(true);
  expect(check(`${EXAMPLE_BODY} `)).toBe(false);
  expect(check(EXAMPLE_BODY, 'whsec_b3RoZXI=')).toBe(false);
  expect(check(EXAMPLE_BODY, EXAMPLE_SECRET, nowMs + 600_000)).toBe(false);
});
