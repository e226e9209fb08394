import { execFile } from 'node:child_process';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import { createTestHub, type TestHub } from '../testing/test-hub.ts';

/** The scenarios of the protocol's own conformance tests that a server with authorization can run. */
const SCENARIOS = [
  'server-initialize',
  'ping',
  'tools-list',
  'resources-list',
  'prompts-list',
  'dns-rebinding-protection',
];
const run = promisify(execFile);

let hub: TestHub;
let proxy: Server;

beforeAll(async () => {
  hub = await createTestHub();
  const { text } = await hub.newKey({ scopes: ['shipments:read'] });
  const { port } = new URL(hub.url);
  // The tests send no key: this adds one, and passes on everything else, such as Host and Origin.
  proxy = createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${text}` };
    const { method, url: path } = request;
    const sent = forward({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(sent);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  proxy?.closeAllConnections();
  proxy?.close();
  await hub?.close();
});

it.each(SCENARIOS)('passes the scenario %s of the conformance tests', async (scenario) => {
  const { port } = proxy.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/mcp`;
  const cli = `${PROJECT_ROOT}node_modules/@modelcontextprotocol/conformance/dist/index.js`;
  const { stdout } = await run(process.execPath, [
    cli,
    'server',
    '--url',
    url,
    '--scenario',
    scenario,
  ]);
  expect(stdout).toMatch(/Passed: (\d+)\/\1\b/);
  expect(stdout).toContain('0 failed');
});

it('has no tool, resource or prompt made for tests', async () => {
  const { port } = proxy.address() as AddressInfo;
  for (const method of ['tools/list', 'resources/list', 'prompts/list']) {
    const answer = await fetch(`http://127.0.0.1:${port}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method }),
    });
    expect(await answer.text()).not.toMatch(/"(?:name|uri)":"test[_-]/);
  }
});
