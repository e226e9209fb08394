import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { formSlots } from './form-slots.ts';
import { Aborted } from './json-body.ts';
import { formIdentity, withForm } from './multipart-body.ts';

const DESCRIBED = {
  bytesMax: 1_000,
  fields: z.object({ id: z.string() }),
  files: { photo: { most: 2, bytesMax: 100, description: 'Any.' } },
};

let server: Server;
beforeAll(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

const PHOTO = 'Content-Disposition: form-data; name="photo"; filename="a"\r\n\r\n';

/** A request as the server receives it, and its sender. */
async function begun(body: string, length = body.length) {
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port });
  const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n`;
  socket.write(`${head}Content-Type: multipart/form-data; boundary=b\r\n\r\n${body}`);
  const [request, response] = (await once(server, 'request')) as [IncomingMessage, unknown];
  return { request, socket, response };
}

it.each([
  ['in the middle', `--b\r\n${PHOTO}xx`, 500],
  ['after all of it', `--b\r\n${PHOTO}xx\r\n--b--\r\n`, undefined],
])('releases its slot when the sender left before it was read, %s', async (_, body, length) => {
  const slots = formSlots({ most: 1 });
  const { request, socket } = await begun(body, length);
  // As during a key lookup.
  const gone = once(request, 'close').catch(() => {});
  request.on('error', () => {});
  socket.destroy();
  await gone;
  const read = withForm(request, DESCRIBED, { slots, owner: 'a' }, async () => 'read');
  await expect(read).rejects.toThrow(Aborted);
  expect(slots.take('a')).not.toBeNull();
});

it('releases its slot when the sender disconnects while it is read', async () => {
  const slots = formSlots({ most: 1 });
  const { request, socket } = await begun(`--b\r\n${PHOTO}xx`, 500);
  const read = withForm(request, DESCRIBED, { slots, owner: 'a' }, async () => 'read');
  expect(slots.take('a')).toBeNull();
  socket.destroy();
  await expect(read).rejects.toThrow(Aborted);
  expect(slots.take('a')).not.toBeNull();
});

it('rejects a form that ends inside a file', async () => {
  const { request, socket } = await begun(`--b\r\n${PHOTO}xx`);
  const sender = { slots: formSlots(), owner: 'a' };
  const read = withForm(request, DESCRIBED, sender, async () => 'read');
  await expect(read).rejects.toMatchObject({ detail: 'requests.formUnreadable' });
  socket.destroy();
});

it('has slots for some concurrent forms, and for fewer of one owner', () => {
  const slots = formSlots({ most: 4, ofOwner: 2 });
  const [first, second, third] = [slots.take('a'), slots.take('a'), slots.take('a')];
  expect([first, second, third].map((each) => each === null)).toEqual([false, false, true]);
  expect([slots.take('b'), slots.take('c'), slots.take('d')].map((each) => each === null)).toEqual([
    ...[false, false, true],
  ]);
  first?.free();
  first?.free();
  expect([slots.take('a') === null, slots.take('d') === null]).toEqual([false, true]);
});

it('limits the bytes of all slots, however slowly they arrive', async () => {
  const slots = formSlots({ bytesMax: 150 });
  const slow = slots.take('a');
  expect([slow?.grow(10), slots.take('b')?.grow(100)]).toEqual([true, true]);
  const { request, socket } = await begun(`--b\r\n${PHOTO}xx`, 500);
  const read = withForm(request, DESCRIBED, { slots, owner: 'c' }, async () => 'read');
  await expect(read).rejects.toMatchObject({ code: 'rate_limited' });
  socket.destroy();
  slow?.free();
  slow?.free();
  expect(slow?.grow(1)).toBe(false);
  // 100 of 150 are in use: the rejected one's bytes are free again.
  expect([slots.take('d')?.grow(51), slots.take('e')?.grow(50)]).toEqual([false, true]);
});

it('recognizes forms with the same parts, in any order', () => {
  const form = { fields: { id: '1', at: 'x' }, files: { photo: [Buffer.from('p')] } };
  const turned = { ...form, fields: { at: 'x', id: '1' } };
  expect(formIdentity(turned)).toEqual(formIdentity(form));
  const other = { ...form, files: { photo: [Buffer.from('q')] } };
  expect(formIdentity(other)).not.toEqual(formIdentity(form));
});
