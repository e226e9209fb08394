import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteShipment } from '../commands/manage.ts';
import { startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import { readShipmentNotes, SHIPMENT_NOTES_MAX, writeShipmentNote } from './shipment-notes.ts';

const OTHER = { merchantId: '00000000-0000-4000-8000-000000000000', mode: 'test' as const };

let t: TestTracking;
let numbers = 0;
beforeAll(async () => {
  t = await startAcme();
});
afterAll(() => t.close());

async function register(): Promise<string> {
  numbers += 1;
  const { shipment } = await t.register({ carrier: 'acme', trackingNumber: `NOTED${numbers}` });
  return shipment.id;
}
const write = (id: string, text: string) =>
  writeShipmentNote(t.deps, t.tenant, id, { text, author: 'Olga Owner' });

describe('notes on a shipment', () => {
  it('are read newest first, with their author, by their own merchant', async () => {
    const id = await register();
    expect(await write(id, 'Mrs Jones rang.')).toBe('written');
    t.clock.advance(60_000);
    expect(await write(id, 'And again.')).toBe('written');
    const notes = await readShipmentNotes(t.deps, t.tenant, id);
    expect(notes.map(({ text, author }) => [text, author])).toEqual([
      ['And again.', 'Olga Owner'],
      ['Mrs Jones rang.', 'Olga Owner'],
    ]);
    expect(await readShipmentNotes(t.deps, OTHER, id)).toEqual([]);
    expect(await writeShipmentNote(t.deps, OTHER, id, { text: 'x', author: 'y' })).toBe('absent');
  });

  it('are sealed, and deleted with their shipment', async () => {
    const id = await register();
    await write(id, 'Mrs Jones rang.');
    const stored = async () => {
      const { rows } = await t.db.pipeline.query<{ body: string }>(
        'select n::text as body from shipment_notes n where shipment_id = $1',
        [id],
      );
      return rows.map(({ body }) => body);
    };
    const [body] = await stored();
    expect(body).not.toContain(Buffer.from('Mrs Jones').toString('hex'));
    await deleteShipment(t.deps, t.tenant, id);
    expect(await stored()).toEqual([]);
    expect(await write(id, 'Too late.')).toBe('absent');
  });

  it('are limited in number', async () => {
    const id = await register();
    await t.db.owner.query(
      `insert into shipment_notes (id, shipment_id, merchant_id, mode, written_at, note, data_key)
       select gen_random_uuid(), $1, $2, $3, now(), '', '' from generate_series(1, $4)`,
      [id, t.tenant.merchantId, t.tenant.mode, SHIPMENT_NOTES_MAX],
    );
    expect(await write(id, 'One more.')).toBe('full');
  });
});
