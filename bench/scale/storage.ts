import { setTimeout as pause } from 'node:timers/promises';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import {
  fedexPush,
  PUSH_SECRET,
  parcelNumber,
  pushHeaders,
} from '../../test/support/fedex-push.ts';
import { newDataFolder, removeDataFolder, startHub } from '../../test/support/hubs/hub-process.ts';
import { isShort, report, say } from '../figures/report.ts';
import { connect, loadShipments } from '../load/bulk-load.ts';

/**
 * Measures the disk space of a parcel: parcels with five scans each, one push per scan, pass
 * through a hub; then the growth of each table and each index is measured. The baseline is the bytes
 * of the pushes themselves.
 */
const PARCELS = isShort() ? 400 : 2_000;
const SCANS = [
  { code: 'PU', date: '2026-03-01T10:00:00-05:00' },
  { code: 'DP', date: '2026-03-01T18:00:00-05:00' },
  { code: 'AR', date: '2026-03-02T06:00:00-05:00' },
  { code: 'OD', date: '2026-03-03T08:00:00-05:00' },
  { code: 'DL', date: '2026-03-03T15:00:00-05:00' },
];
const PUSHES = PARCELS * SCANS.length;
/** The size of a push, about that of real ones. */
const PUSH_BYTES = 2_000;
const CONNECTIONS = 16;
const CHECK_EVERY_MS = 500;

interface Size {
  readonly name: string;
  readonly bytes: number;
}

const data = newDataFolder();
const hub = await startHub(data, {
  WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
  WAYBILL_SANDBOX: 'off',
});
const client = await connect(urlOfRunningServer(data) ?? '');
try {
  const sizes = async () => {
    await client.query('vacuum analyze');
    const { rows } = await client.query<{ name: string; bytes: string }>(
      `select coalesce(heap.relname || ' (' || class.relname || ')', class.relname) as name,
              pg_table_size(class.oid) as bytes
       from pg_class class left join pg_index index on index.indexrelid = class.oid
       left join pg_class heap on heap.oid = index.indrelid
       where class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'm', 'i')`,
    );
    return new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]));
  };
  const before = await sizes();
  await loadShipments(client, PARCELS);
  let next = 0;
  const push = async (): Promise<void> => {
    for (let n = next++; n < PUSHES; n = next++) {
      // One scan after the other, over all parcels, in order of time.
      const scan = SCANS[Math.floor(n / PARCELS)];
      const number = parcelNumber(n % PARCELS);
      const body = fedexPush({
        number,
        scans: scan === undefined ? [] : [scan],
        bytes: PUSH_BYTES,
      });
      const url = new URL('/webhooks/carrier/fedex', hub.url);
      const request = { method: 'POST', headers: pushHeaders(body), body };
      let { status } = await fetch(url, request);
      // The hub is overloaded; the duration is not measured here.
      for (; status === 503; status = (await fetch(url, request)).status)
        await pause(CHECK_EVERY_MS);
      if (status !== 200) throw new Error(`a push was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, push));
  const waiting = async () =>
    Number((await client.query('select count(*) as n from facts')).rows[0]?.n) < PUSHES;
  while (await waiting()) await pause(CHECK_EVERY_MS);
  const grown: Size[] = [...(await sizes())]
    .map(([name, bytes]) => ({ name, bytes: bytes - (before.get(name) ?? 0) }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
  for (const { name, bytes } of grown)
    say(`${name}: ${Math.round(bytes / PARCELS)} bytes a parcel`);
  const whole = grown.reduce((sum, { bytes }) => sum + bytes, 0);
  const inboundMessages = grown.filter(({ name }) => name.startsWith('inbound_messages'));
  report({
    bench: 'storage',
    value: Math.round(whole / PARCELS),
    unit: 'bytes a parcel',
    baseline: SCANS.length * PUSH_BYTES,
    p50_ms: 0,
    p99_ms: 0,
    conditions: {
      parcels: PARCELS,
      pushes_each: SCANS.length,
      push_bytes: PUSH_BYTES,
      of_inbound_messages: Math.round(
        inboundMessages.reduce((sum, { bytes }) => sum + bytes, 0) / PARCELS,
      ),
    },
  });
} finally {
  await client.end();
  await hub.stop();
  removeDataFolder(data);
}
