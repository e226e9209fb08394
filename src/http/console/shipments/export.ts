import { ATTRIBUTES } from '../../../events/shipment-attributes.ts';
import { csvRow } from '../../../intake/index.ts';
import type { Answer } from '../../kit/answer.ts';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { readShipments, type ShownShipment, type Wanted, wantedOf } from './listing.ts';

/** Enough for a spreadsheet; larger exports are for the API. */
const ROWS_MAX = 50_000;
const ROWS_AT_ONCE = 200;

const COLUMNS: readonly (readonly [name: string, of: (each: ShownShipment) => string | null])[] = [
  ['id', ({ id }) => id],
  ['tracking_number', ({ tracking_number }) => tracking_number],
  ['carrier', ({ carrier }) => carrier],
  ...ATTRIBUTES.map(
    ({ column, cell }) => [column, (each: ShownShipment) => cellOf(each[column], cell)] as const,
  ),
  ['status', ({ status }) => status],
  ['sub_status', ({ sub_status }) => sub_status],
  ['estimated_delivery', ({ estimated_delivery }) => estimated_delivery?.date ?? null],
  ['delivered_at', ({ delivered_at }) => delivered_at],
  ['last_event_at', ({ last_event_at }) => last_event_at],
  ['created_at', ({ created_at }) => created_at],
  ['updated_at', ({ updated_at }) => updated_at],
  ['tracking_url', ({ tracking_url }) => tracking_url],
];

/** In the format an import reads. */
function cellOf(value: unknown, kind: (typeof ATTRIBUTES)[number]['cell']): string | null {
  if (value === null) return null;
  if (kind === 'list') return (value as readonly string[]).join('|');
  return kind === 'json' ? JSON.stringify(value) : String(value);
}

/** The matching shipments as a file, page by page; without people's names. */
export function exportAnswer(deps: DeskDeps, call: DeskCall): Answer {
  const wanted = { ...wantedOf(call.query), cursor: undefined };
  const asJson = call.query.get('format') === 'json';
  const rows = allOf(deps, call, wanted);
  const type = asJson ? 'application/json' : 'text/csv';
  const name = `shipments-${call.tenant.mode}.${asJson ? 'json' : 'csv'}`;
  return {
    status: 200,
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'content-disposition': `attachment; filename="${name}"`,
      'x-content-type-options': 'nosniff',
    },
    stream: asJson ? jsonOf(rows) : csvOf(rows),
  };
}

async function* allOf(
  deps: DeskDeps,
  call: DeskCall,
  wanted: Wanted,
): AsyncGenerator<readonly ShownShipment[]> {
  let cursor: string | null | undefined;
  let sent = 0;
  while (sent < ROWS_MAX && cursor !== null) {
    const page = await readShipments(deps, call, { ...wanted, cursor }, ROWS_AT_ONCE);
    yield page.data;
    // A rare match gives short pages, some of them empty.
    sent += page.data.length;
    cursor = page.next_cursor;
  }
}

async function* csvOf(pages: AsyncIterable<readonly ShownShipment[]>): AsyncGenerator<Buffer> {
  yield Buffer.from(
    csvRow(
      COLUMNS.map(([name]) => name),
      ',',
    ),
  );
  for await (const page of pages) {
    const lines = page.map((each) =>
      csvRow(
        COLUMNS.map(([, of]) => of(each) ?? ''),
        ',',
      ),
    );
    yield Buffer.from(lines.join(''));
  }
}

async function* jsonOf(pages: AsyncIterable<readonly ShownShipment[]>): AsyncGenerator<Buffer> {
  let separator = '[\n';
  for await (const page of pages) {
    for (const each of page) {
      yield Buffer.from(separator + JSON.stringify(each));
      separator = ',\n';
    }
  }
  yield Buffer.from(separator === '[\n' ? '[]\n' : '\n]\n');
}
