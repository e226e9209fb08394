import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sandboxList } from './list.ts';

const PACKAGE = fileURLToPath(new URL('../../../examples/adapter-package', import.meta.url));

async function run(json: boolean, carrier: string | null, packages: readonly string[] = []) {
  const lines: string[] = [];
  const complaints: string[] = [];
  const code = await sandboxList(
    { json, carrier, packages },
    (line) => lines.push(line),
    (line) => complaints.push(line),
  );
  return { code, lines, complaints };
}

test('a carrier that is none is refused with the names of those that are', async () => {
  const { code, lines, complaints } = await run(false, 'nobody');
  expect(code).toBe(2);
  expect(lines).toEqual([]);
  expect(complaints[0]).toMatch(/"nobody".*sandbox/);
});

test('lists every carrier’s scenarios, a JSON line each', async () => {
  const { code, lines } = await run(true, null);
  expect(code).toBe(0);
  const rows = lines.map((line) => JSON.parse(line) as { carrier: string; numbers: string[] });
  expect(new Set(rows.map(({ carrier }) => carrier)).size).toBeGreaterThan(1);
  expect(rows).toContainEqual({
    carrier: 'sandbox',
    scenario: 'exception',
    title: 'failure: it cannot be delivered',
    numbers: ['EZ6000000006'],
  });
});

test('names a number beside its scenario for people', async () => {
  const { lines } = await run(false, 'sandbox');
  expect(lines.join('\n')).toMatch(/delivered +EZ4000000004/);
});

test('lists the scenarios of packages, and says in a sentence that one is missing', async () => {
  const { code, lines } = await run(false, 'pigeon-post', [PACKAGE]);
  expect(code).toBe(0);
  expect(lines[0]).toContain('pigeon-post');
  const missing = await run(false, null, ['no-such-package']);
  expect(missing.code).toBe(1);
  expect(missing.complaints.join('\n')).toMatch(/no-such-package: not found from/);
});
