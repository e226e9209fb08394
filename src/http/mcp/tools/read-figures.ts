import { z } from 'zod';
import { CASE_KINDS } from '../../../reactions/exceptions/index.ts';
import { caseRow } from './read-parcels.ts';
import { cursor, listOf, mayUse, pick, rows, tool, word } from './tool.ts';

/** Parcels with a problem. */
export const listExceptions = tool({
  name: 'list_exceptions',
  title: 'List exceptions',
  description:
    'Problems with parcels (address, refused, damaged, lost, stalled, customs …), newest first: whom they wait for, and until when.',
  input: z.strictObject({
    state: z.enum(['open', 'closed']).default('open'),
    kind: z.enum(CASE_KINDS).optional(),
    carrier: word(64, 'The name of the carrier, as parcels have it.').optional(),
    overdue: z.boolean().optional().describe('Only those whose deadline has passed.'),
    parcel_id: word(64, 'Only those of this parcel.').optional(),
    limit: rows,
    cursor,
  }),
  scope: 'exceptions:read',
  async run({ run }, { overdue, parcel_id, ...filter }) {
    const query = {
      ...filter,
      shipment_id: parcel_id,
      overdue: overdue === true ? 'true' : undefined,
    };
    const { data, next_cursor } = await run('listExceptions', { query });
    return { exceptions: listOf(data).map(caseRow), next_cursor };
  },
});

const day = z.iso.date().optional();

/** How punctual carriers are, and how many problems they have. */
export const carrierPerformance = tool({
  name: 'carrier_performance',
  title: 'Compare carriers',
  description:
    'Per carrier, for parcels delivered in the period (default: the last 90 days): how many, how far the carrier’s and our dates were off, how many came late; and how many parcels had problems.',
  input: z.strictObject({
    carrier: word(64, 'Only this carrier.').optional(),
    from: day.describe('First day.'),
    to: day.describe('Last day.'),
  }),
  scope: 'shipments:read',
  async run({ key, run }, period) {
    const query = { ...period, group_by: 'carrier', limit: CARRIERS_MAX };
    const accuracy = await run('getDeliveryDateAccuracy', { query });
    const stats = mayUse(key, { scope: 'exceptions:read' })
      ? await run('getExceptionStats', { query: { ...period, by: 'carrier', limit: CARRIERS_MAX } })
      : null;
    return {
      ...pick(accuracy, 'from', 'to'),
      carriers: listOf(accuracy['data']).map(({ group, parcels, ours, carrier, promise }) => ({
        ...{ carrier: group, delivered_parcels: parcels, our_dates: ours },
        ...{ carriers_dates: carrier, promised_dates: promise },
      })),
      exceptions_by_carrier:
        stats &&
        listOf(stats['data']).map((row) =>
          pick(row, 'carrier', 'cases', 'open', 'overdue', 'median_hours'),
        ),
    };
  },
});

const CARRIERS_MAX = 25;
