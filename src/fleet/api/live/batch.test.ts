import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { textFrame } from './batch.ts';

it('a message framed here is read by the library, whatever its length, among its own', async () => {
  const lengths = [0, 1, 125, 126, 65_535, 65_536, 300_000];
  const texts = [...lengths.map((length) => 'a'.repeat(length)), 'Zürich – 東京 🚚'.repeat(9)];
  const web = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  web.on('upgrade', (request, wire, head) => {
    sockets.handleUpgrade(request, wire, head, (socket) => {
      for (const text of texts) {
        socket.send('before');
        wire.write(textFrame(text));
      }
      socket.close();
    });
  });
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(web.address() as AddressInfo).port}`);
  const received: string[] = [];
  const binary: boolean[] = [];
  client.on('message', (data, isBinary) => {
    received.push(String(data));
    binary.push(isBinary);
  });
  const [code] = await once(client, 'close');
  web.close();
  expect(code).toBe(1005);
  expect(received).toEqual(texts.flatMap((text) => ['before', text]));
  expect(binary).not.toContain(true);
});
