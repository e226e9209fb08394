import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestDesk } from '../../http/console/kit/test-desk.ts';
import { createTestHub, type TestHub } from '../../http/testing/test-hub.ts';
import { createLog } from '../../platform/observability/log.ts';
import { logFirstOwnerLink } from './roles.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await createTestHub();
});
afterAll(() => hub.close());

/** The log of a start. */
async function started(): Promise<readonly Record<string, unknown>[]> {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level: 'info', destination });
  await logFirstOwnerLink(log, hub.members, 'https://track.shop.example');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

it('a start logs one link for the first owner, and those before stay good, until there is one', async () => {
  const open = async (url: unknown) => {
    const { pathname } = new URL(String(url));
    return (await fetch(hub.url + pathname, { headers: { accept: 'text/html' } })).status;
  };
  const [first, ...more] = await started();
  expect(more).toEqual([]);
  expect(first?.['msg']).toBe('open this to become the first owner');
  expect(first?.['url']).toMatch(/^https:\/\/track\.shop\.example\/console\/join\/[\w-]{43}$/);
  const [second] = await started();
  expect([await open(first?.['url']), await open(second?.['url'])]).toEqual([200, 200]);
  await openTestDesk(hub, hub.members);
  expect(await started()).toEqual([]);
  expect([await open(first?.['url']), await open(second?.['url'])]).toEqual([404, 404]);
});
