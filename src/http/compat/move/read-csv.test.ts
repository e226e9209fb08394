import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { loadAdapters } from '../../../adapters/index.ts';
import type { MovePage } from './moved-parcel.ts';
import { readMoveCsv } from './read-csv.ts';

const HEADER = 'id,tracking_number,carrier,event_at,event_status';

/** Two rows per parcel, in one piece. */
function csvOf(count: number): Readable {
  const rows = Array.from({ length: count }, (_, index) =>
    [8, 9].map((day) => `A-${index},100000000007,fedex,2026-03-0${day}T10:00:00Z,in_transit`),
  );
  return Readable.from([Buffer.from(`${[HEADER, ...rows.flat()].join('\n')}\n`)]);
}

it('gives pages of a hundred parcels, however large the pieces of the file are', async () => {
  const adapters = await loadAdapters();
  const pages: MovePage[] = [];
  for await (const page of readMoveCsv(adapters, csvOf(250), 0)) pages.push(page);
  expect(pages.map(({ parcels }) => parcels.length)).toEqual([100, 100, 50]);
  expect(pages.map(({ next }) => next)).toEqual(['202', '402', null]);
  const parcels = pages.flatMap((page) => page.parcels);
  const events = parcels.map((each) => ('parcel' in each ? each.parcel.events.length : each));
  expect(events.every((each) => each === 2)).toBe(true);
});
