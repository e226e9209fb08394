import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DEMO_TENANT } from '../../../kernel/tenant.ts';
import {
  addDemo,
  deleteDemoMerchant,
  ensureMerchant,
  findDemo,
  invite,
  join,
  noteDemoMade,
} from '../../../merchants/index.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import type { DeskRow } from '../kit/desk-row.ts';
import { DESK } from '../kit/table.ts';
import { cookiesOf, openTestDesk, PASSWORD, type TestDesk } from '../kit/test-desk.ts';

let hub: TestHub;
let desk: TestDesk;
/** A member of the first merchant who may not change settings. */
let analyst: string;
/** The owner of another merchant on the same hub. */
let stranger: string;
beforeAll(async () => {
  hub = await createTestHub();
  desk = await openTestDesk(hub, hub.members);
  analyst = await desk.member('ann@shop.example', 'analyst');
  const other = { id: crypto.randomUUID(), slug: 'other', name: 'Other' };
  await ensureMerchant(hub.db.pipeline, other);
  const email = 'sue@other.example';
  const { token } = await invite(hub.members, other.id, { email, role: 'owner' });
  await join(hub.members, token, { email, name: 'Sue', password: PASSWORD });
  stranger = cookiesOf(await desk.signIn(email, PASSWORD));
});
afterAll(() => hub?.close());

beforeEach(async () => {
  await deleteDemoMerchant(hub.db.pipeline);
  await addDemo(hub.db.pipeline, hub.clock.nowMs());
  await noteDemoMade(hub.db.pipeline);
});

const page = async (path: string, as: string) => (await desk.visit(path, as)).text;
const of = `${DEMO_TENANT.merchantId} ${DEMO_TENANT.mode}`;
const open = (as: string) => desk.visit('/console/switch', as, { of, next: '/console/demo' });

it('opens the demo and leads back, for members of the first merchant', async () => {
  expect(await page('/console/shipments', desk.owner)).toContain('Open the demo');
  expect((await open(desk.owner)).status).toBe(303);
  const demo = await page('/console/shipments', desk.owner);
  const isSaid = 'Demo with sample data';
  expect(demo).toContain(isSaid);
  expect(await page('/console/analytics', desk.owner)).toContain(isSaid);
  expect(await page('/console/demo', desk.owner)).not.toContain(isSaid);
  const back = /value="([0-9a-f-]{36} test)"\/>.*?Leave the demo/s.exec(demo)?.[1] ?? '';
  expect((await desk.visit('/console/switch', desk.owner, { of: back })).status).toBe(303);
  expect(await page('/console/shipments', desk.owner)).toContain('Open the demo');
});

it('leads back to the merchant and mode from which the demo was opened', async () => {
  const { headers } = await open(desk.owner);
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
  const own = cookie.split('=')[1]?.replace('.', ' ') ?? '';
  const [merchantId = ''] = own.split(' ');
  const leadsBack = async (cookies: string) =>
    /value="([0-9a-f-]{36} [a-z]+)"\/>.*?Leave the demo/s.exec(
      await page('/console/shipments', cookies),
    )?.[1];
  for (const mode of ['live', 'test']) {
    const cookies = `${desk.owner}; waybill_desk_before_demo=${merchantId}.${mode}`;
    expect(await leadsBack(cookies)).toBe(`${merchantId} ${mode}`);
  }
  const foreign = `${desk.owner}; waybill_desk_before_demo=${crypto.randomUUID()}.live`;
  expect(await leadsBack(foreign)).toContain(merchantId);
  expect((await desk.visit('/console/switch', desk.owner, { of: own })).status).toBe(303);
});

it('gives nobody more rights at the demo than at the first merchant', async () => {
  expect((await open(analyst)).status).toBe(303);
  expect(await page('/console/demo', analyst)).not.toContain('Remove the demo');
  expect((await desk.visit('/console/demo/remove', analyst, {})).status).toBe(403);
  expect((await desk.visit('/console/keys', analyst)).status).toBe(403);
  expect((await findDemo(hub.db.pipeline))?.demoState).toBe('made');
});

it('is closed to members of other merchants', async () => {
  expect(await page('/console/shipments', stranger)).not.toContain('Open the demo');
  expect((await open(stranger)).status).toBe(404);
  expect((await desk.visit('/console/demo/remove', stranger, {})).status).toBe(404);
  expect((await findDemo(hub.db.pipeline))?.demoState).toBe('made');
});

it('is removed with a press and a confirmation, and its visitors are back at their own', async () => {
  await open(desk.owner);
  expect(await page('/console/demo', desk.owner)).toContain('Remove it with all its data');
  const forged = await desk.visit('/console/demo/remove', desk.owner, { csrf: 'forged' });
  expect(forged.status).toBe(403);
  const removed = await desk.visit('/console/demo/remove', desk.owner, {});
  expect(removed.headers.get('location')).toBe('/console/demo?done=removing');
  expect((await findDemo(hub.db.pipeline))?.demoState).toBe('removing');
  const after = await page('/console/demo?done=removing', desk.owner);
  expect(after).toContain('The demo is being removed. Your own parcels stay.');
  expect(await page('/console/shipments', desk.owner)).not.toContain('Open the demo');
  expect((await open(desk.owner)).status).toBe(404);
  await deleteDemoMerchant(hub.db.pipeline);
  expect(await page('/console/demo', desk.owner)).toContain('There is no demo.');
});

it('says that the demo is still being filled, and settles nothing until it is complete', async () => {
  await deleteDemoMerchant(hub.db.pipeline);
  await addDemo(hub.db.pipeline, hub.clock.nowMs());
  expect(await page('/console/shipments', desk.owner)).not.toContain('The demo is being filled');
  await open(desk.owner);
  for (const path of ['/console/shipments', '/console/exceptions', '/console/analytics']) {
    expect(await page(path, desk.owner)).toContain('The demo is being filled');
  }
  const home = await page('/console', desk.owner);
  expect(home.split('The demo is being filled')).toHaveLength(2);
  expect(home).not.toContain('all-good');
  await noteDemoMade(hub.db.pipeline);
  expect(await page('/console', desk.owner)).not.toContain('The demo is being filled');
});

/** Looks at the demo in a new session: with the demo of the last test, its sessions have gone. */
async function openAsOwner(): Promise<string> {
  const owner = cookiesOf(await desk.signIn('owner@shop.example', PASSWORD));
  await open(owner);
  return owner;
}

/** Forms that settings are changed with. */
const SETTINGS_FORMS = Object.values(DESK).filter(
  ({ method, needs, worksInDemo }: DeskRow) =>
    method === 'POST' && /^(settings|keys|webhooks|members):/.test(needs ?? '') && !worksInDemo,
);
const REFUSED = 'The settings of the demo cannot be changed.';

it('refuses every change of a setting, with a sentence and the way to the own merchant', async () => {
  const owner = await openAsOwner();
  expect(SETTINGS_FORMS.length).toBeGreaterThan(15);
  for (const { path } of SETTINGS_FORMS) {
    const at = path.replaceAll(/:\w+/g, crypto.randomUUID());
    const { status, text } = await desk.visit(at, owner, {});
    expect([at, status]).toEqual([at, 403]);
    for (const part of [REFUSED, 'Go to your own merchant and change', 'value="/console"/>']) {
      expect(text).toContain(part);
    }
  }
  const name = 'Planted key';
  await desk.visit('/console/keys', owner, { name, preset: 'all' });
  expect(await page('/console/keys', owner)).not.toContain(name);
});

it('shows settings without a form that could be sent, and says so once', async () => {
  const owner = await openAsOwner();
  for (const row of Object.values(DESK)) {
    const { method, needs, path, params, mediaType }: DeskRow = row;
    const isOfSettings = /^(settings|keys|webhooks|members):/.test(needs ?? '');
    const isPage = method === 'GET' && !params && !mediaType && !path.endsWith('/preview');
    if (!isPage || !isOfSettings) continue;
    const text = await page(path, owner);
    const [head = '', body = '', ...more] = text.split('<fieldset class="read-only"');
    expect([path, more]).toEqual([path, []]);
    expect([path, head.split('Settings are read-only.')]).toHaveProperty('1.length', 2);
    const [next = ''] = /[^"]+(?="\/><button[^>]+>Go to your own)/.exec(head) ?? [];
    expect([path, path.startsWith(next)]).toEqual([path, next.length > '/console/'.length]);
    expect(body).not.toMatch(/class="(adding|removal)"/);
  }
  const setup = await page('/console/setup', owner);
  expect(setup).toContain('not needed in the demo');
  expect(setup).toContain('class="button" href="/console/sender"');
  expect(setup).not.toContain('name="skip"');
  expect(await page('/console/carriers?carrier=dhl', owner)).not.toContain('id="connect"');
  const shops = await page('/console/shops', owner);
  expect(shops).toContain('The demo needs no connections');
  expect(shops).not.toContain('?platform=');
});

it('lets parcels be changed and imported, and previews be drawn', async () => {
  const owner = await openAsOwner();
  expect(await page('/console/import', owner)).toContain('nothing leaves the hub');
  expect(await page('/console/import', owner)).not.toContain('class="read-only"');
  expect(await page('/console/shipments', owner)).not.toContain('Settings are read-only');
  const parcel = { carrier: 'dhl', number: '00340434161094042557' };
  const added = await desk.visit('/console/shipments/new', owner, parcel);
  expect([added.status, added.text.includes(REFUSED)]).toEqual([303, false]);
  const preview = await desk.visit('/console/look/preview', owner, { name: 'Nordlicht' });
  expect([preview.status, preview.text.includes('Nordlicht')]).toEqual([200, true]);
});
