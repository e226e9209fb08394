import type { Tenant } from '../../../kernel/tenant.ts';
import { storable } from '../../../kernel/wire/storable.ts';
import type { TrackingDeps } from '../../../tracking/ports/shipments.ts';
import type { MoveService } from '../services.ts';
import type { MovePage, NamedParcel } from './moved-parcel.ts';
import { countNewParcels, type StoredCounts, storeParcels } from './store-parcels.ts';

/** How far a move is; stored after each page, so that it can continue. */
export interface MoveProgress {
  readonly moved: number;
  readonly alreadyThere: number;
  readonly refusedCount: number;
  /** Which parcels could not be moved, and why; the first ones only. */
  readonly refused: readonly NamedParcel[];
  /** Of moved parcels; the first ones only. */
  readonly warnings: readonly NamedParcel[];
  /** Where the next page begins; null: at the newest, or it is finished. */
  readonly cursor: string | null;
  readonly isFinished: boolean;
}

export const NOT_MOVED: MoveProgress = {
  ...{ moved: 0, alreadyThere: 0, refusedCount: 0, refused: [], warnings: [] },
  ...{ cursor: null, isFinished: false },
};

/** Parcels that each list of a report has; more would make the report unreadable. */
const LISTED_MAX = 1_000;

/** What is moved, and how. */
export interface MoveIn {
  readonly service: MoveService;
  /** Whether the parcels are only counted. */
  readonly isDryRun: boolean;
  readonly before: MoveProgress;
  /** Called after each page. Returns false to stop. */
  readonly onProgress: (progress: MoveProgress) => Promise<boolean>;
}

/** Moves parcels page by page; returns how far it came. */
export async function moveIn(
  tracking: TrackingDeps,
  tenant: Tenant,
  pages: AsyncIterable<MovePage>,
  { service, isDryRun, before, onProgress }: MoveIn,
): Promise<MoveProgress> {
  let progress = before;
  const store = isDryRun ? countNewParcels : storeParcels;
  for await (const { parcels, next, startsOver } of pages) {
    if (startsOver) progress = NOT_MOVED;
    // One character that PostgreSQL cannot store would stop the move at this page each time.
    const usable = storable(parcels.flatMap((each) => ('parcel' in each ? [each.parcel] : [])));
    const counts = await store({ tracking, tenant, service }, usable);
    progress = withPage(progress, counts, { parcels, next });
    if (!(await onProgress(progress))) break;
  }
  return progress;
}

function withPage(
  before: MoveProgress,
  counts: StoredCounts,
  { parcels, next }: MovePage,
): MoveProgress {
  const unread = parcels.flatMap((each) => ('refused' in each ? [each.refused] : []));
  const refused = [...unread, ...counts.refused];
  const warnings = parcels.flatMap((each) =>
    'parcel' in each && each.warning
      ? [{ id: each.parcel.externalIds[0] ?? '', reason: each.warning }]
      : [],
  );
  return {
    moved: before.moved + counts.moved,
    alreadyThere: before.alreadyThere + counts.alreadyThere,
    refusedCount: before.refusedCount + refused.length,
    refused: [...before.refused, ...refused].slice(0, LISTED_MAX),
    warnings: [...before.warnings, ...warnings].slice(0, LISTED_MAX),
    cursor: next,
    isFinished: next === null,
  };
}
