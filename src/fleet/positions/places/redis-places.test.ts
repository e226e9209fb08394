import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { openRedisPlaces } from './redis-places.ts';

const REPORTED = {
  courierId: 'a',
  tenant: { merchantId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80', mode: 'live' },
  position: {
    atMs: 1_773_144_000_000,
    lat: 0,
    lng: 0,
    accuracyM: null,
    speedKmh: null,
    heading: null,
    battery: null,
  },
} as const;

it('while Redis does not answer, a few requests wait, and the others are refused at once', async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => void sockets.add(socket));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  const places = openRedisPlaces({
    address: { url: `redis://127.0.0.1:${port}` },
    namespace: 'silent',
    onError: () => {},
  });
  const ends: string[] = [];
  const stored = Array.from({ length: 200 }, () =>
    Promise.resolve(places.take([REPORTED], 0)).then(
      () => ends.push('taken'),
      (error: Error) => ends.push(error.message),
    ),
  );
  await Promise.all(stored.slice(64));
  expect(ends.length).toBeGreaterThanOrEqual(136);
  expect(ends.slice(0, 136).every((end) => end.includes('too many wait'))).toBe(true);
  await places.close();
  for (const socket of sockets) socket.destroy();
  silent.close();
  // No request waits for a server that was closed.
  await Promise.all(stored);
  expect(ends).not.toContain('taken');
});
