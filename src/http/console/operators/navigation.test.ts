import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestConsole, type TestConsole } from './test-console.ts';

let hub: TestHub;
let open: TestConsole;
beforeAll(async () => {
  hub = await createTestHub();
  open = await openTestConsole(hub);
});
afterAll(() => hub.close());

/** The links of each navigation in a page's header, and which of them are marked as open. */
async function navigationOf(path: string) {
  const { status, text } = await open.visit(path, open.cookie);
  const [header = ''] = text.split('<main', 1);
  const navs = [...header.matchAll(/<nav aria-label="([^"]+)">(.*?)<\/nav>/gs)].map(
    ([, label, inside]) => ({
      label,
      paths: [...(inside ?? '').matchAll(/href="([^"]+)"/g)].map(([, href]) => href ?? ''),
      open: [...(inside ?? '').matchAll(/href="([^"]+)" aria-current="page"/g)].map(
        ([, href]) => href,
      ),
    }),
  );
  return { status, navs };
}

it('every page of the console is two clicks away, and marks its place in the navigation', async () => {
  const { navs } = await navigationOf('/ops');
  const [groups] = navs;
  expect(navs.map(({ label }) => label)).toEqual(['Console']);
  expect(groups?.open).toEqual(['/ops']);
  // Fits a phone without swiping far.
  expect(groups?.paths.length).toBeLessThanOrEqual(6);
  const seen = new Set<string>();
  for (const first of groups?.paths ?? []) {
    const { navs: inside } = await navigationOf(first);
    for (const path of inside[1]?.paths ?? [first]) {
      const page = await navigationOf(path);
      expect([path, page.status]).toEqual([path, 200]);
      expect([path, page.navs[0]?.open]).toEqual([path, [first]]);
      if (page.navs[1]) expect([path, page.navs[1].open]).toEqual([path, [path]]);
      seen.add(path);
    }
  }
  expect(seen.size).toBeGreaterThanOrEqual(19);
});
