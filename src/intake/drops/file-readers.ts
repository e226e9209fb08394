import type { Tenant } from '../../kernel/tenant.ts';
import type { NewInboundMessage } from '../inbound-message.ts';
import type { ScanFault } from '../scans/scan.ts';
import type { PreparedScans, ScanIntake } from '../scans/take-scans.ts';
import type { FileRules } from './reading/columns-file.ts';
import { FileUnreadable } from './reading/decode-text.ts';
import { type OpenedRows, openDrop, openRows } from './reading/read-drop.ts';

/** How the rows of a file become inbound messages. */
export interface FileReader {
  /** The facility whose scans they are; null: none. */
  readonly facility: string | null;
  /** Files with the same bytes and the same rules, as JSON, are the same. */
  readonly rules: unknown;
  /** Rejects, and `batches` throws, with `FileUnreadable` at an unreadable part. */
  open(bytes: AsyncIterable<Uint8Array>, from: ReadFrom): Promise<OpenedFile>;
}

interface ReadFrom {
  /** The number of rows to skip because they are done. */
  readonly skip: number;
  /** When the file was written, epoch ms. */
  readonly writtenAtMs: number;
}

export interface OpenedFile extends Pick<OpenedRows, 'separator' | 'header'> {
  readonly ignored: readonly string[];
  readonly batches: AsyncIterable<FileBatch>;
}

export interface FileBatch {
  readonly rows: readonly { readonly line: number; readonly fields: readonly string[] }[];
  /** Computes what is stored of them, with a result for each row. */
  prepare(): PreparedScans;
}

/** Reads the scans of a facility's devices, a batch at a time. */
export function scanReader(
  intake: Pick<ScanIntake, 'prepare'>,
  tenant: Tenant,
  { rules, rowsAtOnce }: { readonly rules: FileRules; readonly rowsAtOnce: number },
): FileReader {
  const sender = { tenant, facilityCodes: null, clockOffsetMs: null };
  return {
    facility: rules.facility,
    rules,
    async open(bytes, { skip }) {
      const opened = await openDrop(bytes, { rules, rowsAtOnce, skip });
      async function* batches(): AsyncGenerator<FileBatch> {
        for await (const rows of opened.batches) {
          const scans = rows.map(({ read }) => read);
          yield { rows, prepare: () => intake.prepare(sender, scans) };
        }
      }
      return { ...opened, ignored: opened.plan.ignored, batches: batches() };
    },
  };
}

/** Files of shops' orders; the shops implement it. */
export interface OrderFiles {
  /** Returns how a tenant's shop writes files; null: it is not there, or takes none. */
  of(tenant: Tenant, shopId: string): Promise<OrderFileRules | null>;
}

export interface OrderFileRules {
  /** Everything on which the meaning of a row depends, as JSON. */
  readonly rules: unknown;
  /** Reads all rows of a file. Throws `FileUnreadable`. Pure. */
  read(file: OrderFile): ReadOrders;
}

interface OrderFile {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly writtenAtMs: number;
}

interface ReadOrders {
  /** Why a row is rejected; null: it is not. One for each row. */
  readonly faults: readonly (ScanFault | null)[];
  readonly inboundMessages: readonly NewInboundMessage[];
  /** Columns that are not used, as the header spells them. */
  readonly ignored: readonly string[];
}

/**
 * The rows of an order may be anywhere in its file, so that it is read as a whole. This is some
 * 20,000 rows, which take about 50 ms.
 */
const ORDER_BYTES_MAX = 4 * 1_048_576;

/** Reads the orders of a shop: all or, if any part is unreadable, none. */
export function orderReader({ rules, read }: OrderFileRules): FileReader {
  return {
    facility: null,
    rules,
    async open(bytes, { skip, writtenAtMs }) {
      const { separator, header, chunks } = await openRows(atMost(bytes), null, null);
      const rows: FileBatch['rows'][number][] = [];
      for await (const chunk of chunks) rows.push(...chunk);
      const { faults, inboundMessages, ignored } = read({
        ...{ header, writtenAtMs },
        rows: rows.map(({ fields }) => fields),
      });
      const prepared: PreparedScans = {
        results: faults.map((error) =>
          error === null ? { outcome: 'accepted' } : { outcome: 'rejected', error },
        ),
        inboundMessages,
        countStored() {},
      };
      async function* batches(): AsyncGenerator<FileBatch> {
        // They are stored in one transaction.
        if (skip < rows.length) yield { rows, prepare: () => prepared };
      }
      return { separator, header, ignored, batches: batches() };
    },
  };
}

async function* atMost(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > ORDER_BYTES_MAX) {
      throw new FileUnreadable(
        `A file of orders has at most ${ORDER_BYTES_MAX / 1_048_576} MiB.`,
        'Split it between two orders, and drop the parts.',
      );
    }
    yield chunk;
  }
}
