import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap, VIEWS_MAX } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const LATE = 'status=in_transit&carrier=dhl&tag=gift&sort=created_at&col=carrier&col=tags';

let hub: TestHub;
let desk: TestDesk;
let support: string;

beforeAll(async () => {
  hub = await createTestHub();
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  desk = await openTestDesk(hub, hub.members);
  support = await desk.member('sue@shop.example', 'support');
});
afterAll(() => hub?.close());

const viewsOf = async (as: string) => {
  const { text } = await desk.visit('/console/shipments', as);
  const [, menu = ''] = text.split(' Views</summary>');
  return [
    ...menu
      .slice(0, menu.indexOf('</details>'))
      .matchAll(/<a href="\/console\/shipments\?([^"]*)">([^<]*)/g),
  ].map(([, query = '', name]) => [name, query.replaceAll('&amp;', '&')]);
};
const idOf = async (as: string, name: string) => {
  const { text } = await desk.visit('/console/shipments', as);
  const before = text.slice(0, text.indexOf(`Remove “${name}”`));
  return /\/console\/views\/[0-9a-f-]{36}(?!.*\/console\/views\/)/s.exec(before)?.[0] ?? '';
};

describe('a view', () => {
  it('stores filters, columns and order, and no search text', async () => {
    const form = { name: ' Late gifts ', query: `q=ada%40example.com&${LATE}&cursor=x&odd=1` };
    const saved = await desk.visit('/console/views', support, form);
    expect([saved.status, saved.headers.get('location')]).toEqual([
      303,
      `/console/shipments?${LATE}&done=view-saved`,
    ]);
    expect(await viewsOf(support)).toEqual([['Late gifts', LATE]]);
    const { rows } = await hub.db.pipeline.query('select query from desk_views');
    expect(rows).toEqual([{ query: LATE }]);
    const shown = await desk.visit(`/console/shipments?${LATE}`, support);
    expect(shown.text).toMatch(/aria-current="true">Late gifts/);
  });

  it('is private until shared; names are unique', async () => {
    expect(await viewsOf(desk.owner)).toEqual([]);
    await desk.visit('/console/views', support, {
      name: 'Late gifts',
      query: 'tag=x',
      shared: 'yes',
    });
    expect(await viewsOf(desk.owner)).toEqual([['Late gifts', 'tag=x']]);
    await desk.visit('/console/views', desk.owner, { name: 'Late gifts', query: 'tag=y' });
    expect(await viewsOf(desk.owner)).toEqual([
      ['Late gifts', 'tag=y'],
      ['Late gifts', 'tag=x'],
    ]);
    expect(await viewsOf(support)).toEqual([['Late gifts', 'tag=x']]);
  });

  it('is removed by its creator, or by an owner when shared', async () => {
    const theirs = await idOf(support, 'Late gifts');
    const analyst = await desk.member('ann@shop.example', 'analyst');
    const remove = (path: string, as: string) => desk.visit(path, as, {});
    expect((await remove(theirs, analyst)).status).toBe(404);
    expect((await remove(theirs, desk.owner)).status).toBe(303);
    expect((await remove(theirs, support)).status).toBe(404);
    expect((await remove('/console/views/nothing', support)).status).toBe(404);
    expect(await viewsOf(support)).toEqual([]);
  });

  it('has a name, and there is a limit per member', async () => {
    for (const name of ['', '   ', 'x'.repeat(61), 'a\nb']) {
      expect((await desk.visit('/console/views', support, { name, query: '' })).status).toBe(422);
    }
    const bell = await desk.visit('/console/views', support, { name: 'late\u0007', query: '' });
    expect(bell.text).toContain('a control character (U+0007) at its place 5');
    const save = (name: string) => desk.visit('/console/views', support, { name, query: 'tag=a' });
    for (let index = 0; index < VIEWS_MAX; index += 1)
      expect((await save(`view ${index}`)).status).toBe(303);
    expect((await save('one more')).status).toBe(409);
    expect((await save('view 0')).status).toBe(303);
  });

  it('is deleted with the member', async () => {
    const { text } = await desk.visit('/console/members', desk.owner);
    const at = text.slice(text.indexOf('sue@shop.example'));
    const path = /\/console\/members\/[0-9a-f-]{36}/.exec(at)?.[0] ?? '';
    expect((await desk.visit(path, desk.owner, { role: 'none' })).status).toBe(303);
    const { rows } = await hub.db.pipeline.query('select name from desk_views');
    expect(rows).toEqual([{ name: 'Late gifts' }]);
  });
});
