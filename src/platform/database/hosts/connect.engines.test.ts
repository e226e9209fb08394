import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type PostgresPair,
  postgresPrograms,
  startPair,
  whyNoPair,
} from '../../../../test/support/postgres-pair.ts';
import { openListener } from '../listen.ts';
import { openPool } from '../pool.ts';
import { connectingTo, onDatabaseMove, openClient, urlOfOneServer } from './connect.ts';
import { nameOf } from './host-list.ts';

const missing = whyNoPair();
if (missing !== null) process.stderr.write(`SKIPPED: several hosts in DATABASE_URL: ${missing}\n`);
const bin = [...postgresPrograms().values()].at(-1) ?? '';
const WAIT = { timeout: 60_000, interval: 50 };

describe.skipIf(missing !== null)('of several servers', () => {
  let pair: PostgresPair;
  let pool: pg.Pool;
  beforeAll(() => {
    pair = startPair(bin);
    pool = openPool({ ...connectingTo(turned(pair.url)), max: 3 }, () => {});
  });
  afterAll(async () => {
    await pool?.end();
    pair?.resume('a');
    pair?.stop();
  });

  /** Puts the standby first, because the order must not decide. */
  function turned(url: string): string {
    const [, hosts = ''] = /@([^/]+)/.exec(url) ?? [];
    return url.replace(hosts, hosts.split(',').reverse().join(','));
  }

  const isStandby = 'select pg_is_in_recovery() as is';

  test('the one that writes is used, unless the URL says otherwise', async () => {
    expect((await pool.query(isStandby)).rows).toEqual([{ is: false }]);
    expect(nameOf(await urlOfOneServer(pair.url))).not.toBe(nameOf(pair.standbyUrl));
    const standby = openClient(`${pair.url}?target_session_attrs=standby`);
    await standby.connect();
    expect((await standby.query(isStandby)).rows).toEqual([{ is: true }]);
    await standby.end();
  });

  test('none will do: the error gives each server’s answer, and no password', async () => {
    const client = openClient(`${pair.standbyUrl}?target_session_attrs=read-write`);
    await expect(client.connect()).rejects.toMatchObject({
      code: '57P03',
      message: `no server is read-write: ${nameOf(pair.standbyUrl)}: a standby`,
    });
    const none = openClient('postgres://hub:hunter2@127.0.0.1:1,127.0.0.1:2/waybill');
    const error: unknown = await none.connect().catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/127\.0\.0\.1:1: .*127\.0\.0\.1:2: /);
    expect(String(error)).not.toContain('hunter2');
  });

  test('one that falls silent is left for the one that was promoted, also when it speaks again', async () => {
    const moves: string[] = [];
    const forget = onDatabaseMove(turned(pair.url), ({ name }) => void moves.push(name));
    const received: (string | null)[] = [];
    const listener = openListener({ url: turned(pair.url) });
    listener.on('waybill_test', (payload) => void received.push(payload));
    await listener.ready;
    const lent = await pool.connect();
    const hanging = lent.query('select pg_sleep(600)').catch((error: Error) => error.message);

    pair.pause('a');
    const standby = new pg.Client({ connectionString: pair.standbyUrl });
    await standby.connect();
    await standby.query('select pg_promote()');
    // Otherwise it would wait for a standby of its own.
    await standby.query('alter system set synchronous_standby_names = $$$$');
    await standby.query('select pg_reload_conf()');
    await standby.end();

    expect(await hanging).toMatch(/^Connection terminated/);
    lent.release(true);
    expect(moves).toEqual([nameOf(pair.standbyUrl)]);
    const portOf = 'select inet_server_port() as port';
    const wanted = [{ port: Number(nameOf(pair.standbyUrl).split(':')[1]) }];
    await vi.waitFor(async () => {
      expect((await pool.query(portOf)).rows).toEqual(wanted);
    }, WAIT);
    await vi.waitFor(async () => {
      await pool.query(`select pg_notify('waybill_test', 'there')`);
      expect(received).toContain('there');
    }, WAIT);

    // Both accept writes now; the one that was promoted later is the primary.
    pair.resume('a');
    const fresh = openClient(turned(pair.url));
    await fresh.connect();
    expect((await fresh.query(portOf)).rows).toEqual(wanted);
    await fresh.end();
    forget();
    await listener.close();
  });
});
