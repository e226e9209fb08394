import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

const AT = '/console/sender';
const folder = mkdtempSync(path.join(os.tmpdir(), 'sender-'));
const channelsFile = path.join(folder, 'channels.yaml');
writeFileSync(
  channelsFile,
  'email: { provider: smtp, host: mail.hub.example, from_address: parcels@hub.example }\n',
);

let hub: TestHub;
let desk: TestDesk;
beforeAll(async () => {
  hub = await createTestHub({ channelsFile });
  desk = await openTestDesk(hub, hub.members);
});
afterAll(async () => {
  await hub?.close();
  rmSync(folder, { recursive: true, force: true });
});

const page = async () => (await desk.visit(AT, desk.owner)).text;

/** Looks at the first owner's merchant in a mode. */
async function switchTo(mode: 'live' | 'test'): Promise<void> {
  const { rows } = await hub.db.pipeline.query<{ id: string }>('select id from merchants');
  const of = `${rows[0]?.id} ${mode}`;
  expect((await desk.visit('/console/switch', desk.owner, { of })).status).toBe(303);
}

it('names the address that sends until the merchant has a mail server', async () => {
  await switchTo('test');
  const hubs = 'from parcels@hub.example by the hub’s mail server';
  expect(await page()).toContain(`Messages about live parcels are sent ${hubs}.`);
  await switchTo('live');
  expect(await page()).toContain(`Messages are sent ${hubs}, until you set up your own.`);
  const from = { from_address: 'parcels@shop.example', host: 'smtp.shop.example', unasked: 'yes' };
  expect((await desk.visit(AT, desk.owner, from)).status).toBe(303);
  const own = await page();
  expect(own).toContain('Emails come from parcels@shop.example, through smtp.shop.example');
  expect(own).not.toContain('parcels@hub.example');
  const checked = await desk.visit(AT, desk.owner, { do: 'check' });
  expect(checked.headers.get('location')).toBe(`${AT}?done=check-unverified`);
  await switchTo('test');
  expect(await page()).not.toContain('parcels@hub.example');
});

it('describes every field', async () => {
  const text = await page();
  const fields = [...text.matchAll(/<(?:input|select) id="([a-z_]+)"[^>]*>/g)].filter(
    ([, name = '']) => text.includes(`<label for="${name}"`) && name !== 'q',
  );
  expect(fields.length).toBe(8);
  for (const [control, name] of fields) {
    expect(control).toContain(`aria-describedby="${name}-hint"`);
    expect(text).toContain(`id="${name}-hint" class="hint"`);
  }
});
