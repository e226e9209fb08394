import { createServer, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubResponse } from './hub-response.ts';

/** How the response under test is written. */
let write: (response: HubResponse) => void = () => {};
const server = createServer(
  { IncomingMessage, ServerResponse: HubResponse },
  (_request, response) => {
    response.carry(['x-one', 'common', 'x-two', 'common']);
    write(response);
  },
);
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function answered(by: (response: HubResponse) => void) {
  write = by;
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  await answer.text();
  const { headers, status } = answer;
  return [status, headers.get('x-one'), headers.get('x-two'), headers.get('x-own')];
}

describe('common response headers', () => {
  it('are sent without an explicit head', async () => {
    expect(await answered((response) => response.end())).toEqual([200, 'common', 'common', null]);
    expect(
      await answered((response) => {
        response.flushHeaders();
        response.end();
      }),
    ).toEqual([200, 'common', 'common', null]);
  });

  it.each<[string, (response: HubResponse) => void]>([
    ['beforehand', (response) => response.setHeader('X-One', 'own').writeHead(201).end()],
    ['with the head', (response) => response.writeHead(201, { 'X-One': 'own' }).end()],
    ['with a reason', (response) => response.writeHead(201, 'Fine', { 'x-one': 'own' }).end()],
  ])('are overridden by the handler’s headers %s', async (_, by) => {
    expect(await answered(by)).toEqual([201, 'own', 'common', null]);
  });

  it('are sent beside a list, and beside headers set before the list', async () => {
    const list = (response: HubResponse) => response.writeHead(200, ['x-own', 'own']).end();
    expect(await answered(list)).toEqual([200, 'common', 'common', 'own']);
    const after = (response: HubResponse) => list(response.setHeader('connection', 'close'));
    expect(await answered(after)).toEqual([200, 'common', 'common', 'own']);
  });

  it('are sent with the next head after one that was rejected', async () => {
    for (const bad of [['x-own', 'a\nb'], { 'x-own': 'a\nb' }]) {
      const twice = (response: HubResponse) => {
        expect(() => response.writeHead(200, bad)).toThrow('Invalid character');
        response.writeHead(500).end();
      };
      expect(await answered(twice)).toEqual([500, 'common', 'common', null]);
    }
  });
});
