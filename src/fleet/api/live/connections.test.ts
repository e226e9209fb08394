import { expect, it, vi } from 'vitest';
import { createLog } from '../../../platform/observability/log.ts';
import { manualTimers } from '../../../platform/work/test-timers.ts';
import { watchConnections } from './live.ts';

function setUp() {
  const timers = manualTimers();
  const revoked = new Set<string>();
  const ended: string[] = [];
  let broken = false;
  const connections = watchConnections({
    tickets: {
      async stillGood(ids) {
        if (broken) throw new Error('the database is away');
        return new Set(ids.filter((id) => !revoked.has(id)));
      },
    },
    timers,
    log: createLog({ level: 'silent' }),
  });
  const open = (keyId: string) =>
    connections.add({ keyId, ping() {}, endRevoked: () => ended.push(keyId), end() {} });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    timers,
    revoked,
    ended,
    connections,
    open,
    settled,
    breakDown(is: boolean) {
      broken = is;
    },
  };
}

it('ends the connections of a revoked key on notification, and no others', async () => {
  const { revoked, ended, connections, open, settled } = setUp();
  open('one');
  open('other');
  revoked.add('one');
  connections.checkRevoked();
  await settled();
  expect(ended).toEqual(['one']);
  await connections.stop();
});

it('finds a key that was revoked while a connection was being opened with it', async () => {
  const { timers, revoked, ended, connections, open } = setUp();
  revoked.add('one');
  connections.checkRevoked();
  open('one');
  timers.advance(1_000);
  await vi.waitFor(() => expect(ended).toEqual(['one']));
  await connections.stop();
});

it('retries a failed check', async () => {
  const { timers, revoked, ended, connections, open, settled, breakDown } = setUp();
  open('one');
  timers.advance(1_000);
  await settled();
  revoked.add('one');
  breakDown(true);
  connections.checkRevoked();
  await settled();
  breakDown(false);
  timers.advance(1_000);
  await vi.waitFor(() => expect(ended).toEqual(['one']));
  await connections.stop();
});
