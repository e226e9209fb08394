import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RELAY } from '../../reactions/kafka/index.ts';
import { startAcme } from '../../tracking/test-acme.ts';
import type { TestTracking } from '../../tracking/test-tracking.ts';
import { initializeReactionCursors } from './roles.ts';

/** Only where somebody has set a cache, which holds nothing yet when the hub starts for the first time. */
const BEGUN_WHEN_FIRST_RUN = ['purges'];

let hub: TestTracking;
beforeAll(async () => {
  hub = await startAcme();
});
afterAll(() => hub.close());

it('consumers that begin at the newest entry have begun before the first answer, in any process', async () => {
  const config = { kafka: { from: 'newest' }, fleet: true } as Parameters<
    typeof initializeReactionCursors
  >[0]['config'];
  await initializeReactionCursors({ config, database: hub.db });
  const { rows } = await hub.db.pipeline.query<{ consumer: string }>(
    'select distinct consumer from consumer_cursors',
  );
  const begun = rows.map(({ consumer }) => consumer);
  const wanted = [...consumersFromNewest(), RELAY];
  expect(wanted.length).toBeGreaterThan(7);
  expect([...begun, ...BEGUN_WHEN_FIRST_RUN].sort()).toEqual(wanted.sort());
});

/** By the source: each with `beginsAt: 'newest'`. */
function consumersFromNewest(): readonly string[] {
  const root = path.resolve(import.meta.dirname, '../..');
  const texts = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(path.join(root, name), 'utf8'));
  return texts.flatMap((text) => {
    if (!text.includes("beginsAt: 'newest'")) return [];
    const begins = text.slice(0, text.indexOf("beginsAt: 'newest'"));
    const name = /name: ('[a-z-]+'|[A-Z_]+),(?![\s\S]*name: )/.exec(begins)?.[1] ?? '';
    if (name.startsWith("'")) return [name.slice(1, -1)];
    return [new RegExp(`const ${name} = '([a-z-]+)'`).exec(text)?.[1] ?? name];
  });
}
