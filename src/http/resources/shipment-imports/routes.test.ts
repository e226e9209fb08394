import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../platform/observability/log.ts';
import type { Loop } from '../../../platform/work/loop.ts';
import { startImports } from '../../../tracking/index.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { shipmentRowReader } from './read-row.ts';
import { shipmentImport } from './schema.ts';

let hub: TestHub;
let call: Caller;
let other: Caller;
let imports: Loop;

beforeAll(async () => {
  hub = await createTestHub();
  imports = start();
});
const start = (rowReader = async () => shipmentRowReader(hub.adapters)) =>
  startImports({
    tracking: hub.tracking,
    rowReader,
    listener: null,
    log: createLog({ level: 'silent' }),
  });
beforeEach(async () => {
  // A merchant of its own for each test: what is registered in one is not there in the next.
  nr += 1;
  call = callerOf(hub, (await hub.newKey({ merchant: `shop-${nr}` })).text);
  other = callerOf(hub, (await hub.newKey({ merchant: `another-${nr}` })).text);
});
let nr = 0;
afterAll(async () => {
  await imports.stop();
  await hub.close();
});

const send = (text: string | Uint8Array, query = '', by = call) =>
  by('POST', `/v1/shipments/import${query}`, text, { 'content-type': 'text/csv' });

async function imported(text: string, query = '') {
  const { status, body, headers } = await send(text, query);
  expect(status, JSON.stringify(body)).toBe(202);
  expect(headers.get('location')).toBe(`/v1/shipments/import/${body['id']}`);
  await imports.now();
  const report = await call('GET', `/v1/shipments/import/${body['id']}`);
  return shipmentImport.parse(report.body);
}

/** Numbers of UPS with their check digits. */
const [A, B, C] = ['1Z999AA10123456784', '1Z999AA10123456793', '1Z999AA10123456802'];

async function listed(query = '') {
  const { body } = await call('GET', `/v1/shipments${query}`);
  return body['data'] as Record<string, unknown>[];
}

describe('a file of shipments', () => {
  it('is registered row by row, and rows that cannot be used are told with line and reason', async () => {
    const report = await imported(
      [
        'Tracking Number;Carrier;Order;Email;destination_country;Tags;metadata_shop;Colour',
        `${A};ups;1001;a@example.com;DE;red|big;berlin;blue`,
        `${B};ups;1002;no address;DE;;;`,
        ';ups;1003;;;;;',
        `"${A}";ups;1004;;;;;`,
        `${C};nobody;1005;;;;;`,
        '',
      ].join('\r\n'),
    );
    expect(report).toMatchObject({
      state: 'done',
      dry_run: false,
      ...{ rows: 5, created: 1, existing: 1, rejected: 3 },
      ignored_columns: ['Colour'],
    });
    expect(report.errors.map(({ line }) => line)).toEqual([3, 4, 6]);
    expect(report.errors.map(({ reason }) => reason.split(':')[0])).toEqual([
      'recipient_email',
      'tracking_number',
      'carrier',
    ]);
    // What stands in a cell may be personal.
    expect(JSON.stringify(report.errors)).not.toContain('no address');
    const [shipment] = await listed();
    expect(shipment).toMatchObject({
      tracking_number: A,
      order_ids: ['1001', '1004'],
      tags: ['red', 'big'],
      metadata: { shop: 'berlin' },
    });
  });

  it('is only looked at in a dry run', async () => {
    const text = `tracking_number,carrier\n${A},ups\n${A},ups\n,ups\n`;
    expect(await imported(text, '?dry_run=true')).toMatchObject({
      ...{ dry_run: true, state: 'done', created: 1, existing: 1, rejected: 1 },
    });
    expect(await listed()).toEqual([]);
    expect(await imported(text)).toMatchObject({ created: 1, existing: 1, rejected: 1 });
    expect(await imported(text, '?dry_run=true')).toMatchObject({ created: 0, existing: 2 });
  });

  it('may call its columns as it likes', async () => {
    const query = `?column[Sendungsnr]=tracking_number&column[carrier]=&column[Wer]=carrier`;
    const report = await imported(`Sendungsnr,Wer,carrier\n${A},ups,x\n`, query);
    expect(report).toMatchObject({ created: 1, rejected: 0, ignored_columns: ['carrier'] });
  });

  it('is read in many parts, each row once', async () => {
    const rows = Array.from({ length: 350 }, (_, at) => `R${1000 + at},order-${at % 7}`);
    const report = await imported(
      `tracking_number,order_id,carrier\n${rows.map((row) => `${row},ups`).join('\n')}`,
    );
    expect(report).toMatchObject({ rows: 350, created: 350, existing: 0, rejected: 0 });
    expect(await listed('?order_id=order-3&limit=100')).toHaveLength(50);
  });

  it.each([
    ['an empty file', '\n', 422, 'empty'],
    ['no column of numbers', 'carrier\nups\n', 422, 'tracking number'],
    ['a column twice', 'tracking,tracking_number\n1,2\n', 422, 'both hold'],
    ['a workbook', 'PK\u0003\u0004xlsx', 422, 'Excel'],
    [
      'more columns than anybody has',
      `tracking_number,${Array.from({ length: 200_000 }, (_, at) => `metadata_${at}`).join()}\n1\n`,
      422,
      'at most 300',
    ],
    ['an open quote', `tracking_number\n"${'1'.repeat(20)}\n`, 422, 'never closed'],
  ])('is refused as a whole for %s', async (_what, text, status, says) => {
    const answer = await send(text);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(says);
  });

  it('costs only the row what is wrong in a row, however odd', async () => {
    const report = await imported(
      [
        'tracking_number,order_id,carrier',
        `${A},=cmd|' /C calc'!A0,ups`,
        `${B},"${'x'.repeat(1_000_000)}",ups`,
        `${C}`,
        `${C},1,ups,more`,
        '"<script>",1,ups',
        `${C},nul\u0000,ups`,
      ].join('\n'),
    );
    expect(report.errors.map(({ line }) => line)).toEqual([3, 4, 5, 7]);
    expect(report).toMatchObject({ rows: 6, rejected: 4 });
  });

  it('names rows that are not UTF-8', async () => {
    const bytes = Buffer.from(
      `tracking_number,recipient_name,carrier\n${A},J\u00fcrgen,ups\n${B},J,ups\n`,
      'latin1',
    );
    const answer = await fetch(`${hub.url}/v1/shipments/import`, {
      method: 'POST',
      body: bytes,
      headers: {
        authorization: `Bearer ${(await hub.newKey({ merchant: `shop-${nr}` })).text}`,
        'content-type': 'text/csv',
      },
    });
    const { id } = (await answer.json()) as { id: string };
    await imports.now();
    const { body } = await call('GET', `/v1/shipments/import/${id}`);
    expect(body).toMatchObject({ created: 1, rejected: 1, errors: [{ line: 2 }] });
  });

  it('is its merchant’s alone, and leaves nothing sealed behind', async () => {
    const { body } = await send(`tracking_number,carrier\n${A},ups\n`);
    await imports.now();
    expect((await other('GET', `/v1/shipments/import/${body['id']}`)).status).toBe(404);
    const { rows } = await hub.db.pipeline.query('select 1 from shipment_import_parts');
    expect(rows).toEqual([]);
  });

  it('registers each row once, when somebody else takes the file over half way', async () => {
    await imports.stop();
    const rows = Array.from({ length: 300 }, (_, at) => `T${2000 + at},ups`);
    const { body } = await send(`tracking_number,carrier\n${rows.join('\n')}\n`);
    const late = start(async () => {
      await hub.db.pipeline.query(
        'update shipment_imports set lease_token = lease_token + 1 where id = $1',
        [body['id']],
      );
      return shipmentRowReader(hub.adapters);
    });
    await late.now();
    await late.stop();
    expect(await listed()).toEqual([]);
    hub.clock.advance(31_000);
    imports = start();
    await imports.now();
    const report = await call('GET', `/v1/shipments/import/${body['id']}`);
    expect(report.body).toMatchObject({ state: 'done', created: 300, existing: 0, rejected: 0 });
  });

  it('is worked on part by part, so that a large one holds up nobody else’s', async () => {
    await imports.stop();
    const rows = Array.from({ length: 1_000 }, (_, at) => `L${3000 + at},ups`);
    const { body: large } = await send(`tracking_number,carrier\n${rows.join('\n')}\n`);
    // Of two files that come in one millisecond either may be first.
    hub.clock.advance(1);
    const { body: small } = await send(`tracking_number,carrier\n${A},ups\n`, '', other);
    const read: string[] = [];
    imports = start(async () => {
      const readRow = shipmentRowReader(hub.adapters);
      return (columns, fields) => {
        read.push(fields[0] ?? '');
        return readRow(columns, fields);
      };
    });
    await imports.now();
    // After the first part of the large one.
    expect(read.indexOf(A)).toBe(250);
    for (const [by, { id }] of [
      [call, large],
      [other, small],
    ] as const) {
      const report = await by('GET', `/v1/shipments/import/${id}`);
      expect(report.body).toMatchObject({ state: 'done', rejected: 0 });
    }
  });

  it('refuses a sixth file while five wait', async () => {
    // It would look by itself now and then.
    await imports.stop();
    const text = `tracking_number,carrier\n${A},ups\n`;
    for (let nth = 0; nth < 5; nth += 1) expect((await send(text)).status).toBe(202);
    expect((await send(text)).status).toBe(429);
    imports = start();
    await imports.now();
    expect((await send(text)).status).toBe(202);
  });

  it('refuses a sixth file of many that come at once', async () => {
    await imports.stop();
    const text = `tracking_number,carrier\n${A},ups\n`;
    const answers = await Promise.all(Array.from({ length: 12 }, () => send(text)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(7);
    imports = start();
    await imports.now();
  });
});
