import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import express from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compressAnswers, sendFile } from './compressed.ts';

const TEXT = 'A parcel is on its way. '.repeat(200);
const FILE = Buffer.from(TEXT);
const PICTURE = Buffer.alloc(5_000, 1);

let server: Server;
let port: number;

beforeAll(async () => {
  const app = express();
  app.get('/file', (request, response) =>
    sendFile(request, response, { 'content-type': 'text/css', vary: 'Accept' }, FILE),
  );
  app.get('/picture', (request, response) =>
    sendFile(request, response, { 'content-type': 'image/png' }, PICTURE),
  );
  app.use(compressAnswers());
  app.get('/page', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-length': TEXT.length });
    response.end(TEXT);
  });
  app.get('/small', (_request, response) => void response.type('text').send('small'));
  app.get('/stream', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(TEXT);
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterAll(() => server.close());

async function fetched(path: string, headers: Readonly<Record<string, string>>) {
  const [answer] = (await once(
    get({ host: '127.0.0.1', port, path, headers, agent: false }),
    'response',
  )) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const { 'content-encoding': encoding = 'identity', vary = '' } = answer.headers;
  return { encoding, vary, body: Buffer.concat(chunks) };
}

const EVERYTHING = { 'accept-encoding': 'gzip, deflate, br' };

it.each(['/file', '/page'])('%s is compressed as well as the client supports', async (path) => {
  const brotli = await fetched(path, EVERYTHING);
  expect(brotli.encoding).toBe('br');
  expect(brotli.vary).toContain('Accept-Encoding');
  expect(brotliDecompressSync(brotli.body).toString()).toBe(TEXT);
  expect(brotli.body.length).toBeLessThan(TEXT.length / 10);
  const gzip = await fetched(path, { 'accept-encoding': 'gzip' });
  expect(gzip.encoding).toBe('gzip');
  expect(gunzipSync(gzip.body).toString()).toBe(TEXT);
  for (const none of [{}, { 'accept-encoding': 'identity' }, { 'accept-encoding': 'br;q=0' }]) {
    const plain = await fetched(path, none);
    expect([plain.encoding, plain.body.toString()]).toEqual(['identity', TEXT]);
    expect(plain.vary).toContain('Accept-Encoding');
  }
});

it('leaves pictures, small responses and live streams uncompressed', async () => {
  for (const path of ['/picture', '/small', '/stream']) {
    expect((await fetched(path, EVERYTHING)).encoding).toBe('identity');
  }
});

it('compresses nothing for signed-in users that another site may have asked for', async () => {
  for (const [site, encoding] of [
    [null, 'identity'],
    ['cross-site', 'identity'],
    ['same-site', 'identity'],
    ['same-origin', 'br'],
    ['none', 'br'],
  ] as const) {
    const from = site === null ? {} : { 'sec-fetch-site': site };
    const page = await fetched('/page', { ...EVERYTHING, ...from, cookie: 'session=1' });
    expect([site, page.encoding]).toEqual([site, encoding]);
  }
  expect((await fetched('/file', { ...EVERYTHING, cookie: 'session=1' })).encoding).toBe('br');
});
