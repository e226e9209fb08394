import { expect, test } from 'vitest';
import { sandboxList } from './sandbox-list.ts';

async function run(json: boolean, carrier: string | null) {
  const lines: string[] = [];
  const complaints: string[] = [];
  const code = await sandboxList(
    { json, carrier },
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

test('lists every carrier’s stories, a JSON line each', async () => {
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

test('names a number beside its story for people', async () => {
  const { lines } = await run(false, 'sandbox');
  expect(lines.join('\n')).toMatch(/delivered +EZ4000000004/);
});
