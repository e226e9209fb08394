import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestHub, type TestHub } from '../../http/testing/test-hub.ts';
import { runMcp } from './mcp.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await createTestHub();
});
afterAll(() => hub?.close());

/** Sends these lines and returns the exit code, and what was answered and said. */
async function bridge(lines: readonly string[], options: { hub?: string; key: string }) {
  const input = new PassThrough();
  const output = new PassThrough();
  const said: string[] = [];
  const { key, hub: at = hub.url } = options;
  input.end(lines.map((line) => `${line}\n`).join(''));
  const code = await runMcp({ hub: at, key, input, output, writeError: (line) => said.push(line) });
  output.end();
  let text = '';
  for await (const chunk of output) text += chunk;
  const answers = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { code, answers, said: said.join('\n') };
}

const message = (id: number, method: string, params = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

it('passes messages to the hub and its answers back, notifications without one', async () => {
  const { text: key } = await hub.newKey({ scopes: ['shipments:read'] });
  const { code, answers } = await bridge(
    [
      message(1, 'tools/list'),
      JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
      '',
      message(2, 'tools/call', { name: 'find_parcels', arguments: { order_id: '1001' } }),
    ],
    { key },
  );
  expect(code).toBe(0);
  const byId = new Map(answers.map((answer) => [answer.id, answer.result]));
  expect([...byId.keys()].sort()).toEqual([1, 2]);
  expect(byId.get(1).tools[0].name).toBe('find_parcels');
  expect(byId.get(2).content[0].text).toContain('"parcels":[]');
});

it('answers each message with an error when the key is unknown or the hub is away', async () => {
  const refused = await bridge([message(7, 'tools/list')], { key: 'wb_test_unknown' });
  expect(refused.answers).toMatchObject([{ id: 7, error: { code: -32_000 } }]);
  const away = await bridge([message(8, 'ping'), 'no json'], {
    hub: 'http://127.0.0.1:1',
    key: 'x',
  });
  expect(away.code).toBe(1);
  expect(away.answers.map(({ id }) => id).sort()).toEqual([8, null]);
  expect(away.said).toContain('is the hub running there?');
});

it('says what is missing', async () => {
  const { code, said } = await bridge([], { key: '' });
  expect([code, said]).toEqual([2, expect.stringContaining('--key')]);
});
