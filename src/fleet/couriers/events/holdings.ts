import type { Tenant } from '../../../kernel/tenant.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import type { CourierParcelRow } from '../route/courier-parcels.sql.ts';
import { lockOpen, periodsOfCourier } from '../route/courier-parcels.sql.ts';
import type { CustodyChange, Holding } from './custody.ts';

/**
 * Reads who has these parcels, and when the courier had them. The rows are locked until the
 * transaction ends.
 */
export async function loadHoldings(
  tx: Transaction,
  tenant: Tenant,
  courierId: string,
  numbers: readonly string[],
): Promise<Holdings> {
  const open = await lockOpen(tx, tenant, numbers);
  const ownRows = await periodsOfCourier(tx, courierId, tenant, numbers);
  return new Holdings(courierId, open, ownRows);
}

/** The custody of parcels while events about them are processed one after another. */
class Holdings {
  readonly #courierId: string;
  readonly #byNumber = new Map<string, Holding>();
  readonly rows: ReadonlyMap<string, CourierParcelRow>;

  constructor(
    courierId: string,
    open: readonly CourierParcelRow[],
    ownRows: readonly CourierParcelRow[],
  ) {
    this.#courierId = courierId;
    this.rows = new Map([...ownRows, ...open].map((row) => [row.id, row]));
    for (const row of ownRows) {
      const before = this.of(row.trackingNumber);
      this.#byNumber.set(row.trackingNumber, {
        ...before,
        ownPeriods: [...before.ownPeriods, toPeriod(row)],
      });
    }
    for (const row of open) {
      const isHeld = row.heldSinceMs !== null;
      this.#byNumber.set(row.trackingNumber, {
        ...this.of(row.trackingNumber),
        open: { id: row.id, courierId: row.courierId, isHeld },
      });
    }
  }

  of(number: string): Holding {
    return this.#byNumber.get(number) ?? { open: null, ownPeriods: [] };
  }

  /**
   * Applies a change of custody, so that the next event sees it.
   * @param id of the row that the change inserts, if any.
   */
  apply(number: string, change: CustodyChange, atMs: number, id: string): void {
    const before = this.of(number);
    const open = { courierId: this.#courierId, isHeld: true };
    const period = { sinceMs: atMs, untilMs: null, why: null };
    switch (change.kind) {
      case 'take':
      case 'hand_over':
        this.#byNumber.set(number, {
          open: { ...open, id },
          ownPeriods: [{ ...period, id }, ...before.ownPeriods],
        });
        break;
      case 'hold':
        this.#byNumber.set(number, {
          open: { ...open, id: change.id },
          ownPeriods: [{ ...period, id: change.id }, ...before.ownPeriods],
        });
        break;
      case 'reopen':
        this.#byNumber.set(number, {
          open: { ...open, id: change.id },
          ownPeriods: before.ownPeriods.map((each) =>
            each.id === change.id ? { ...each, untilMs: null, why: null } : each,
          ),
        });
        break;
      case 'end':
        this.#byNumber.set(number, {
          open: null,
          ownPeriods: before.ownPeriods.map((each) =>
            each.id === change.id ? { ...each, untilMs: atMs, why: change.why } : each,
          ),
        });
        break;
      default:
    }
  }
}

function toPeriod(row: CourierParcelRow): Holding['ownPeriods'][number] {
  return {
    id: row.id,
    sinceMs: row.heldSinceMs ?? Number.POSITIVE_INFINITY,
    untilMs: row.doneAtMs,
    why: row.doneWhy,
  };
}
