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

/** The links of a page's navigation, and which one is marked as open. */
async function navigationOf(path: string) {
  const { status, text } = await open.visit(path, open.cookie);
  const [, inside = ''] = /<nav aria-label="Console">(.*?)<\/nav>/s.exec(text) ?? [];
  const links = [...inside.matchAll(/<a href="([^"]+)"([^>]*)>/g)];
  return {
    status,
    paths: links.map(([, href]) => href ?? ''),
    open: links.flatMap(([, href, more]) => (more?.includes('aria-current') ? [href] : [])),
  };
}

it('every page of the console is two clicks away, and marks its place in the navigation', async () => {
  const first = await navigationOf('/ops');
  expect(first.open).toEqual(['/ops']);
  const seen = new Set<string>();
  for (const section of first.paths) {
    for (const path of (await navigationOf(section)).paths) {
      if (seen.has(path)) continue;
      const page = await navigationOf(path);
      expect([path, page.status, page.open]).toEqual([path, 200, [path]]);
      seen.add(path);
    }
  }
  expect(seen.size).toBeGreaterThanOrEqual(19);
});
