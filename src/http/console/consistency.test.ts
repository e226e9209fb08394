import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isTerminal, mayArrive, STATUSES, type Status } from '../../kernel/status.ts';
import { formattersMade } from '../../kernel/time/test-formatters.ts';
import { bootstrap } from '../../merchants/index.ts';
import { systemRandom } from '../../platform/clock.ts';
import { messagesIn } from '../../platform/messages/catalogue.ts';
import { publicTracksByNumber } from '../../tracking/ports/public-tracks.ts';
import { movesFrom } from '../../tracking/ports/shipments.ts';
import { type Caller, callerOf } from '../testing/test-client.ts';
import { createTestHub, type TestHub } from '../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from './kit/test-desk.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const LIST = '/console/shipments';
/** Far ahead, as carriers leave it when a parcel was returned early. */
const CARRIERS_DAY = '2126-12-24';

/** The transitions that lead to each status. */
const WAYS: Readonly<Record<Status, readonly Status[]>> = {
  created: [],
  picked_up: ['picked_up'],
  in_transit: ['picked_up', 'in_transit'],
  at_facility: ['picked_up', 'at_facility'],
  out_for_delivery: ['picked_up', 'out_for_delivery'],
  available_for_pickup: ['picked_up', 'at_facility', 'available_for_pickup'],
  delivery_attempted: ['picked_up', 'out_for_delivery', 'delivery_attempted'],
  exception: ['picked_up', 'exception'],
  returning: ['picked_up', 'returning'],
  delivered: ['picked_up', 'out_for_delivery', 'delivered'],
  returned_to_sender: ['picked_up', 'returning', 'returned_to_sender'],
  cancelled: ['cancelled'],
};

let hub: TestHub;
let desk: TestDesk;
let call: Caller;
const ids = new Map<Status, string>();
const numbers = new Map<Status, string>();

beforeAll(async () => {
  hub = await createTestHub();
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  desk = await openTestDesk(hub, hub.members);
  call = callerOf(hub, KEY);
  for (const status of STATUSES) {
    const { body } = await call('POST', '/v1/shipments', { carrier: 'fleet' });
    const id = String(body['id']);
    ids.set(status, id);
    numbers.set(status, String(body['tracking_number']));
    for (const step of WAYS[status]) {
      hub.clock.advance(60_000);
      const moved = await call('POST', `/v1/shipments/${id}/status`, { status: step });
      expect([step, moved.status]).toEqual([step, 200]);
    }
    await hub.db.pipeline.query(
      `update shipments set estimated_delivery =
         jsonb_build_object('date', $2::text, 'from', null, 'to', null, 'source', 'carrier', 'confidence', 0.3)
       where id = $1`,
      [id, CARRIERS_DAY],
    );
  }
});
afterAll(() => hub?.close());

const idOf = (status: Status) => ids.get(status) ?? '';
const visible = (html: string) => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
const pageOf = async (status: Status) =>
  (await desk.visit(`${LIST}/${idOf(status)}`, desk.owner)).text;

async function rowOf(status: Status): Promise<string> {
  const { text } = await desk.visit(LIST, desk.owner);
  const [, row = ''] = text.split(`data-row="${idOf(status)}"`);
  return row.slice(0, row.indexOf('</tr>'));
}

describe.each(STATUSES)('a parcel that is %s', (status) => {
  const word = messagesIn('en').status.short[status];
  const others = STATUSES.filter((each) => each !== status).map(
    (each) => messagesIn('en').status.short[each],
  );

  it('has the same status in the list, on its page, in the API and for the public', async () => {
    const { body } = await call('GET', `/v1/shipments/${idOf(status)}`);
    expect(body['status']).toBe(status);
    const [track] = await publicTracksByNumber(hub.db.pipeline, [numbers.get(status) ?? '']);
    expect(JSON.parse(track?.body ?? '{}')).toMatchObject({ status });
    const row = visible(await rowOf(status));
    expect(row).toContain(` ${word} `);
    // No other cell shows another status.
    for (const other of others.filter((each) => !word.includes(each))) {
      expect(row).not.toContain(` ${other} `);
    }
    const page = await pageOf(status);
    expect(visible(/<h1.*?<p>/s.exec(page)?.[0] ?? '')).toContain(word);
    expect(page.includes('<dt>Delivered</dt>')).toBe(status === 'delivered');
    expect(body['delivered_at'] !== null).toBe(status === 'delivered');
  });

  it('has an estimate only while it may arrive, everywhere or nowhere', async () => {
    const { body } = await call('GET', `/v1/shipments/${idOf(status)}`);
    const mayCome = mayArrive(status, null);
    expect(JSON.stringify(body['estimated_delivery']).includes(CARRIERS_DAY)).toBe(mayCome);
    expect((await rowOf(status)).includes(CARRIERS_DAY)).toBe(mayCome);
    expect((await pageOf(status)).includes(CARRIERS_DAY)).toBe(mayCome);
  });

  it('offers only actions that would not be refused', async () => {
    const page = await pageOf(status);
    const offered = /<select id="new-status".*?<\/select>/.exec(page)?.[0] ?? '';
    const moves = [...offered.matchAll(/<option value="(\w+)"/g)].map(([, move]) => move);
    expect(moves).toEqual(movesFrom(status));
    const hasEnded = isTerminal(status);
    expect(page.includes(`${idOf(status)}/redirect`)).toBe(!hasEnded);
    expect(page.includes(`${idOf(status)}/refresh`)).toBe(!hasEnded);
  });
});

it('a parcel that cannot be delivered has no date anywhere', async () => {
  const { body } = await call('POST', '/v1/shipments', { carrier: 'fleet' });
  const { id, tracking_number: number } = body;
  for (const step of [
    { status: 'picked_up' },
    { status: 'exception', sub_status: 'undeliverable' },
  ]) {
    hub.clock.advance(60_000);
    expect((await call('POST', `/v1/shipments/${id}/status`, step)).status).toBe(200);
  }
  await hub.db.pipeline.query(
    `update shipments set estimated_delivery = jsonb_build_object('date', $2::text, 'from', null,
       'to', null, 'source', 'carrier', 'confidence', 0.3) where id = $1`,
    [id, CARRIERS_DAY],
  );
  const shown = await call('GET', `/v1/shipments/${id}`);
  expect(shown.body).toMatchObject({ sub_status: 'undeliverable', estimated_delivery: null });
  const [track] = await publicTracksByNumber(hub.db.pipeline, [String(number)]);
  expect(JSON.parse(track?.body ?? '{}')).toMatchObject({ estimated_delivery: null });
  const { text } = await desk.visit(`${LIST}/${id}`, desk.owner);
  expect(text).not.toContain(CARRIERS_DAY);
  const list = (await desk.visit(LIST, desk.owner)).text;
  const [, row = ''] = list.split(`data-row="${id}"`);
  expect(row.slice(0, row.indexOf('</tr>'))).not.toContain(CARRIERS_DAY);
});

it('pages opened again make no formatters, which memory gets back late', async () => {
  for (const path of [LIST, `${LIST}/${idOf('delivered')}`, '/console', '/console/actions']) {
    const open = () => desk.visit(path, `${desk.owner}; waybill_zone=Asia/Tokyo`);
    expect([path, (await open()).status]).toEqual([path, 200]);
    expect([path, await formattersMade(open)]).toEqual([path, []]);
  }
});

describe('the list’s form', () => {
  const send = (form: Readonly<Record<string, string>>, headers = {}) =>
    desk.visit(LIST, desk.owner, form, headers);
  const noticeOf = async (location: string | null, headers = {}) =>
    visible((await desk.visit(location ?? '', desk.owner, undefined, headers)).text);

  it('says that parcels were archived, and not that tags were saved', async () => {
    const id = idOf('cancelled');
    const archived = await send({ do: 'archive', id });
    expect(await noticeOf(archived.headers.get('location'))).toContain(
      '1 parcel archived. Search still finds it.',
    );
    const german = { 'accept-language': 'de' };
    expect(await noticeOf(archived.headers.get('location'), german)).toContain(
      '1 Paket archiviert. Die Suche findet es weiterhin.',
    );
    const back = await send({ do: 'unarchive', id });
    expect(await noticeOf(back.headers.get('location'))).toContain('1 parcel is back in the list.');
  });

  it('is shown again with its selection when the tag is empty, with the error at the field', async () => {
    const [chosen, other] = [idOf('in_transit'), idOf('exception')];
    const refused = await send({ do: 'tag', tag: ' ', id: chosen, back: 'carrier=fleet' });
    expect(refused.status).toBe(422);
    const box = (id: string) =>
      new RegExp(`<input[^>]*value="${id}"[^>]*>`).exec(refused.text)?.[0] ?? '';
    expect(box(chosen)).toContain('checked');
    expect(box(other)).not.toContain('checked');
    expect(refused.text).toContain('Write a tag of at most 64 characters on one line.');
    expect(/<input id="new-tag"[^>]*>/.exec(refused.text)?.[0]).toContain('aria-invalid="true"');
    // Including parcels now on another page, or hidden by the filter.
    const elsewhere = await send({ do: 'tag', tag: '', id: chosen, back: 'status=exception' });
    expect(elsewhere.text).toMatch(new RegExp(`<input[^>]*value="${chosen}"[^>]*checked`));
  });
});

it('a member is removed by a second press, also without a script', async () => {
  await desk.member('support@shop.example', 'support');
  const { text } = await desk.visit('/console/members', desk.owner);
  const removals = [
    ...text.matchAll(/<form(?:(?!<\/form>).)*name="role" value="none".*?<\/form>/gs),
  ];
  expect(removals).toHaveLength(2);
  for (const { index } of removals) {
    const before = text.slice(0, index);
    expect(before.lastIndexOf('<details')).toBeGreaterThan(before.lastIndexOf('</details>'));
  }
  expect(text).toContain('Yes, remove and sign out');
});

it('has one main action a page, names test mode, and speaks the page’s language', async () => {
  const read = async (path: string) => (await desk.visit(path, desk.owner)).text;
  const primaries = (html: string) =>
    html.match(/<(?:a|button)[^>]*class="(?:button )?primary"/g)?.length ?? 0;
  for (const path of [LIST, '/console/setup', '/console/keys', '/console/import', `${LIST}/new`]) {
    const html = await read(path);
    expect([path, primaries(html)]).toEqual([path, 1]);
    expect(html).toMatch(/class="test-mode"[^>]*>Test mode</);
  }
  const german = await read('/console/import?lang=de');
  expect(german).toMatch(/<label class="button" for="file">Datei auswählen<\/label>/);
  expect(german).toContain('Testmodus');
  const rules = await read('/console/messages?tab=rules&lang=en');
  expect(rules).toContain('an event older than 24 hours');
  expect(rules).not.toContain('<code class="soft">');
});
