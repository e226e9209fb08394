import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../platform/observability/log.ts';
import { startImports } from '../../../tracking/ports/running.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { shipmentRowReader } from './read-row.ts';
import { shipmentImport } from './routes.ts';

let hub: TestHub;
let call: Caller;
let other: Caller;
let imports: ReturnType<typeof startImports>;

beforeAll(async () => {
  hub = await createTestHub();
  imports = start();
});
const start = (rowReader = async () => shipmentRowReader(hub.adapters)) =>
  startImports({
    tracking: hub.tracking,
    keyring: hub.keyring,
    rowReader,
    listener: null,
    log: createLog({ level: 'silent' }),
  });
beforeEach(async () => {
  // Each test has its own merchant, so that none sees another's shipments.
  index += 1;
  call = callerOf(hub, (await hub.newKey({ merchant: `shop-${index}` })).text);
  other = callerOf(hub, (await hub.newKey({ merchant: `another-${index}` })).text);
});
let index = 0;
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

it('of another media type is rejected, and the fix names the right one', async () => {
  const wrong = { 'content-type': 'application/vnd.ms-excel' };
  const { status, body } = await call(
    'POST',
    '/v1/shipments/import',
    'tracking_number\n1\n',
    wrong,
  );
  expect([status, body['fix']]).toEqual([415, expect.stringContaining('text/csv')]);
});

describe('a file of shipments', () => {
  it('is registered row by row, and invalid rows are reported with line and reason', async () => {
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
      rows: 5,
      created: 2,
      existing: 1,
      rejected: 2,
      ignored_columns: ['Colour'],
    });
    expect(report.errors.map(({ line }) => line)).toEqual([4, 6]);
    expect(report.errors.map(({ reason }) => reason.split(':')[0])).toEqual([
      'tracking_number',
      'carrier',
    ]);
    expect(report.warnings).toEqual([
      { line: 3, reason: expect.stringMatching(/^recipient_email: /) },
    ]);
    // A cell's content may be personal.
    expect(JSON.stringify(report)).not.toContain('no address');
    const shipment = (await listed()).find((each) => each['tracking_number'] === A);
    expect(shipment).toMatchObject({
      tracking_number: A,
      order_ids: ['1001', '1004'],
      tags: ['red', 'big'],
      metadata: { shop: 'berlin' },
    });
  });

  it('adds no order of another customer to a parcel', async () => {
    const rows = `${A},ups,1,a@example.com\n${A},ups,2,b@example.com\n`;
    const text = `tracking_number,carrier,order_id,email\n${rows}`;
    // The last run finds the number here.
    for (const [query, created] of [
      ['?dry_run=true', 1],
      ['', 1],
      ['?dry_run=true', 0],
    ] as const) {
      const report = await imported(text, query);
      expect(report).toMatchObject({ created, existing: 1 - created, rejected: 1 });
      expect(report.errors).toEqual([{ line: 3, reason: expect.stringContaining('Order 1 ') }]);
    }
    expect((await listed())[0]?.['order_ids']).toEqual(['1']);
  });

  it('registers each of several numbers in a cell, and refuses or names doubtful ones', async () => {
    const report = await imported(
      [
        'tracking_number,carrier,order_id',
        ...[`"${A}\t${B}",ups,1`, '"254899580324, 254899580335",fedex,2', '1Z999AA10123456800,,3'],
        ...['9405511899560000000000,usps,4', '9.40551189956E21,usps,5', '1E+21,usps,6'],
        ...[
          '1Z999AA10123456785,ups,7',
          '7035114477138470,canada-post,8',
          '340434161094015000,dhl,9',
          ',,',
          ' , , ',
          '',
        ],
      ].join('\n'),
    );
    expect(report).toMatchObject({ rows: 9, created: 8, existing: 0, rejected: 3 });
    expect(report.errors.map(({ line }) => line)).toEqual([6, 7, 10]);
    expect(report.errors[0]?.reason).toContain('rounded');
    const said = (line: number) => report.warnings.find((each) => each.line === line)?.reason;
    expect(said(2)).toContain('tracking_number: It held 2 numbers');
    expect(said(4)).toBe('carrier: Not given; UPS was guessed from the number.');
    expect(said(8)).toContain('tracking_number: The check digit is wrong');
    for (const line of [5, 9]) {
      expect(said(line)).toContain('tracking_number: It looks as if a spreadsheet had rounded it');
    }
    const [one, two] = [await listed('?order_id=1'), await listed('?order_id=2')];
    const numbers = [...one, ...two].map((each) => each['tracking_number']);
    expect(numbers.toSorted()).toEqual([A, B, '254899580324', '254899580335'].toSorted());
  });

  it('is only validated in a dry run', async () => {
    const text = `tracking_number,carrier\n${A},ups\n${A},ups\n,ups\n`;
    expect(await imported(text, '?dry_run=true')).toMatchObject({
      dry_run: true,
      state: 'done',
      created: 1,
      existing: 1,
      rejected: 1,
    });
    expect(await listed()).toEqual([]);
    expect(await imported(text)).toMatchObject({ created: 1, existing: 1, rejected: 1 });
    expect(await imported(text, '?dry_run=true')).toMatchObject({ created: 0, existing: 2 });
  });

  it('may name its columns freely', async () => {
    const query = `?column[Sendungsnr]=tracking_number&column[carrier]=&column[Wer]=carrier`;
    const report = await imported(`Sendungsnr,Wer,carrier\n${A},ups,x\n`, query);
    expect(report).toMatchObject({ created: 1, rejected: 0, ignored_columns: ['carrier'] });
  });

  it('is read in many parts, each row once', async () => {
    const rows = Array.from({ length: 700 }, (_, at) => `R${1000 + at},order-${at % 14}`);
    const report = await imported(
      `tracking_number,order_id,carrier\n${rows.map((row) => `${row},ups`).join('\n')}`,
    );
    expect(report).toMatchObject({ rows: 700, created: 700, existing: 0, rejected: 0 });
    expect(await listed('?order_id=order-3&limit=100')).toHaveLength(50);
  });

  it.each([
    ['an empty file', '\n', 422, 'empty'],
    ['no column of numbers', 'carrier\nups\n', 422, 'tracking number'],
    ['a column twice', 'Tracking Number,tracking_number\n1,2\n', 422, 'both hold'],
    ['a workbook', 'PK\u0003\u0004xlsx', 422, 'Excel'],
    [
      'more columns than are read',
      `tracking_number,${Array.from({ length: 300 }, (_, at) => `metadata_${at}`).join()}\n1\n`,
      422,
      'at most 300',
    ],
    [
      'more columns than anybody has',
      `tracking_number,${Array.from({ length: 10_000 }, (_, at) => `metadata_${at}`).join()}\n1\n`,
      422,
      'more than 1000 fields',
    ],
    ['an open quote', `tracking_number\n"${'1'.repeat(20)}\n`, 422, 'never closed'],
  ])('is rejected as a whole for %s', async (_what, text, status, says) => {
    const answer = await send(text);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(says);
  });

  it('loses only the row with an error, however odd', async () => {
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
    expect(report.errors.map(({ line }) => line)).toEqual([4, 5, 6]);
    expect(report.warnings).toMatchObject([{ line: 3 }, { line: 7 }]);
    expect(report).toMatchObject({ rows: 6, rejected: 3 });
  });

  it('reports rows that are not UTF-8', async () => {
    const bytes = Buffer.from(
      `tracking_number,recipient_name,carrier\n${A},J\u00fcrgen,ups\n${B},J,ups\n`,
      'latin1',
    );
    const answer = await fetch(`${hub.url}/v1/shipments/import`, {
      method: 'POST',
      body: bytes,
      headers: {
        authorization: `Bearer ${(await hub.newKey({ merchant: `shop-${index}` })).text}`,
        'content-type': 'text/csv',
      },
    });
    const { id } = (await answer.json()) as { id: string };
    await imports.now();
    const { body } = await call('GET', `/v1/shipments/import/${id}`);
    expect(body).toMatchObject({ created: 1, rejected: 1, errors: [{ line: 2 }] });
  });

  it('is its merchant’s only, and leaves no sealed data behind', async () => {
    const { body } = await send(`tracking_number,carrier\n${A},ups\n`);
    await imports.now();
    expect((await other('GET', `/v1/shipments/import/${body['id']}`)).status).toBe(404);
    const { rows } = await hub.db.pipeline.query('select 1 from shipment_import_parts');
    expect(rows).toEqual([]);
  });

  it('registers each row once when another process takes over halfway', async () => {
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

  it('is processed part by part, so that a large one delays nobody else’s', async () => {
    await imports.stop();
    const rows = Array.from({ length: 1_000 }, (_, at) => `L${3000 + at},ups`);
    const { body: large } = await send(`tracking_number,carrier\n${rows.join('\n')}\n`);
    // Of two files received in one millisecond, either may be first.
    hub.clock.advance(1);
    const { body: small } = await send(`tracking_number,carrier\n${A},ups\n`, '', other);
    const read: string[] = [];
    const busy = new Set<boolean>();
    imports = start(async () => {
      const readRow = shipmentRowReader(hub.adapters);
      return (columns, fields) => {
        read.push(fields[0] ?? '');
        busy.add(imports.isRegistering());
        return readRow(columns, fields);
      };
    });
    await imports.now();
    expect([[...busy], imports.isRegistering()]).toEqual([[true], false]);
    // After the first part of the large one.
    expect(read.indexOf(A)).toBe(500);
    for (const [by, { id }] of [
      [call, large],
      [other, small],
    ] as const) {
      const report = await by('GET', `/v1/shipments/import/${id}`);
      expect(report.body).toMatchObject({ state: 'done', rejected: 0 });
    }
  });

  it('waits for a part of ten others at most twice, however large they are', async () => {
    await imports.stop();
    const rows = Array.from({ length: 1_001 }, (_, at) => `W${at},ups`);
    const large: (readonly [Caller, unknown])[] = [];
    for (let nth = 0; nth < 10; nth += 1) {
      const by = callerOf(hub, (await hub.newKey({ merchant: `large-${nth}` })).text);
      const { body } = await send(`tracking_number,carrier\n${rows.join('\n')}\n`, '', by);
      large.push([by, body['id']]);
    }
    hub.clock.advance(1);
    const { body: small } = await send(`tracking_number,carrier\n${A},ups\n`);
    hub.clock.advance(1);
    const read: string[] = [];
    imports = start(async () => (_columns, fields) => {
      read.push(fields[0] ?? '');
      return { reason: 'Nothing is to be registered here.' };
    });
    await imports.now();
    // Behind a first part of each, and a second one of those still ahead.
    expect([read.indexOf(A), read.length]).toEqual([9_500, 10_011]);
    expect(new Set(read).size).toBe(1_002);
    for (const [by, id] of [...large, [call, small['id']] as const]) {
      const { body } = await by('GET', `/v1/shipments/import/${id}`);
      const count = id === small['id'] ? 1 : 1_001;
      expect(body).toMatchObject({ state: 'done', rows: count, rejected: count });
    }
  });

  it('does not count as registering in a dry run', async () => {
    await imports.stop();
    await send(`tracking_number,carrier\n${A},ups\n`, '?dry_run=true');
    const busy: boolean[] = [];
    imports = start(async () => () => {
      busy.push(imports.isRegistering());
      return { reason: 'Nothing is to be registered here.' };
    });
    await imports.now();
    expect(busy).toEqual([false]);
  });

  it('resumes an interrupted dry run, and reports duplicates of rows read before', async () => {
    await imports.stop();
    const rows = Array.from({ length: 500 }, (_, at) => `D${4000 + at},ups`);
    const text = `tracking_number,carrier\n${[...rows, rows[0]].join('\n')}\n`;
    const { body } = await send(text, '?dry_run=true');
    let read = 0;
    const cut = start(async () => {
      const readRow = shipmentRowReader(hub.adapters);
      return (columns, fields) => {
        read += 1;
        if (read > 500) throw new Error('cut off');
        return readRow(columns, fields);
      };
    });
    await cut.now();
    await cut.stop();
    const path = `/v1/shipments/import/${body['id']}`;
    expect((await call('GET', path)).body).toMatchObject({ state: 'running', created: 500 });
    const unkeyed = await hub.db.pipeline.query(
      `select count(*)::int as names, count(*) filter (
         where name in (sha256('ups D4000'), sha256(convert_to(import_id || ' ups D4000', 'UTF8'))))::int as guessed
       from shipment_import_names`,
    );
    expect(unkeyed.rows).toEqual([{ names: 500, guessed: 0 }]);
    hub.clock.advance(31_000);
    imports = start();
    await imports.now();
    const report = await call('GET', path);
    expect(report.body).toMatchObject({ state: 'done', created: 500, existing: 1, rejected: 0 });
    expect((await hub.db.pipeline.query('select from shipment_import_names')).rowCount).toBe(0);
  });

  it('in a dry run is done only once its stored data is deleted', async () => {
    await imports.stop();
    const { body } = await send(`tracking_number,carrier\n${A},ups\n`, '?dry_run=true');
    await hub.db.owner.query(`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'cut off'; end $$;
      create trigger cut before delete on shipment_import_names
        for each row execute function refuse()`);
    imports = start();
    await imports.now();
    const path = `/v1/shipments/import/${body['id']}`;
    expect((await call('GET', path)).body['state']).toBe('running');
    await hub.db.owner.query('drop function refuse cascade');
    hub.clock.advance(31_000);
    await imports.now();
    expect((await call('GET', path)).body).toMatchObject({ state: 'done', created: 1 });
    expect((await hub.db.pipeline.query('select from shipment_import_names')).rowCount).toBe(0);
  });

  it('is rejected as the sixth while five wait', async () => {
    // It would otherwise poll at intervals.
    await imports.stop();
    const text = `tracking_number,carrier\n${A},ups\n`;
    for (let nth = 0; nth < 5; nth += 1) expect((await send(text)).status).toBe(202);
    expect((await send(text)).status).toBe(429);
    imports = start();
    await imports.now();
    expect((await send(text)).status).toBe(202);
  });

  it('is rejected as the sixth of many sent at once', async () => {
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
