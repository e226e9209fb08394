import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestConsole, type TestConsole } from '../../console/hub/test-console.ts';
import { callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let cookie: string;
let visit: TestConsole['visit'];
beforeAll(async () => {
  hub = await createTestHub();
  ({ cookie, visit } = await openTestConsole(hub));
});
afterAll(() => hub.close());

const LINK = `https://track.example/track/acme/RA123456785US?t=${'x'.repeat(100)}`;

it('shows a text message by its words, with its merchant and a link to its parcel', async () => {
  const merchant = callerOf(hub, (await hub.newKey({ merchant: 'shop' })).text);
  const { body } = await merchant('POST', '/shipments', { tracking_number: 'RA123456785US' });
  const name = `0195a000-0000-7000-8000-000000000001.${body['id']}.json`;
  const text = `Your parcel of Shop Example with two pairs of hiking boots and a tent will come tomorrow between 8 and 10: ${LINK}`;
  mkdirSync(hub.mailboxFolder, { recursive: true });
  writeFileSync(
    `${hub.mailboxFolder}/${name}`,
    JSON.stringify({ kind: 'sms', to: '+4915112345678', text, at: '2026-03-10T12:00:00Z' }),
  );
  const list = (await visit('/console/hub/mailbox', cookie)).text;
  expect(list).toMatch(
    />Your parcel of Shop Example with two pairs of hiking boots and a tent will come tomorrow…</,
  );
  const parcel = `<a href="/console/shipments/${body['id']}"><code>RA123456785US</code></a>`;
  expect(list).toContain(parcel);
  expect(list).toContain('+4915112345678');
  expect(list).toMatch(/data-label="Merchant">shop/i);
  const one = (await visit(`/console/hub/mailbox/${name}`, cookie)).text;
  expect(one).toContain(parcel);
  expect(one).toMatch(/<h1>Your parcel of Shop Example/);
  expect(one).toContain(LINK);
  // Each text has a button that copies it.
  const copied = [
    ...one.matchAll(
      /data-copies="#([^"]+)"[^>]*>Copy<\/button><pre class="content"[^>]* id="([^"]+)"/g,
    ),
  ];
  expect(copied.map(([, of, id]) => of === id)).toEqual([true, true]);
});

it('lists templates with the length of their texts, and how many messages the long ones take', async () => {
  const page = (await visit('/console/hub/templates', cookie)).text;
  const lengths = [
    ...page.matchAll(
      /data-label="SMS length"><span title="(\d+) characters, (\d+) SMS">(.*?)<\/td>/g,
    ),
  ];
  expect(lengths.length).toBeGreaterThan(10);
  for (const [, letters = '', parts, shown = ''] of lengths) {
    expect(shown.startsWith(letters)).toBe(true);
    expect(shown.includes(`${parts} SMS`)).toBe(Number(parts) > 1);
  }
});
