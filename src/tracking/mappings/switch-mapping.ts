import { emptyMapping, type MappedCarrier, type Mapping } from '../../normalization/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Database, withTransaction } from '../../platform/database/database.ts';
import {
  type ActiveRow,
  activeRow,
  announceMappings,
  partsOfVersion,
  switchActive,
} from './active-mappings.sql.ts';
import type { ActivateHow, OverlayHow, OverlayOutcome } from './active-mappings.ts';
import { type OverlayRow, overlayRow, upsertOverlay } from './mapping-overlays.sql.ts';
import { isBlank, layOverlay, overlayName, problemOf } from './overlay-text.ts';
import type { VersionStore } from './version-store.ts';

export interface SwitchDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly versions: VersionStore;
  readonly clock: Clock;
}

export type SwitchOutcome =
  | { readonly outcome: 'switched'; readonly row: ActiveRow }
  /** The active version is no longer `before`. */
  | { readonly outcome: 'lost' }
  | Extract<OverlayOutcome, { outcome: 'invalid' }>;

type Who = Pick<ActivateHow, 'by' | 'why'>;

/**
 * Activates files with the hub's overlay applied, unless the active version is no longer `before`.
 * If the overlay does not fit the files, the active version stays; if nothing is active, the files
 * alone are activated.
 */
export async function switchToFiles(
  deps: SwitchDeps,
  files: Mapping,
  before: ActiveRow | null,
  how: Who,
): Promise<SwitchOutcome> {
  const { name } = files.carrier;
  const overlay = await overlayRow(deps.db.pipeline, name, null);
  const overlaid = layOverlay(files, null, overlay?.text ?? '');
  if (!overlaid.ok && before !== null) return { outcome: 'invalid', problems: overlaid.problems };
  const mapping = overlaid.ok ? overlaid.mapping : files;
  await storeVersions(deps, files, mapping);
  return compareAndSet(deps, before, {
    carrier: name,
    version: mapping.version,
    filesVersion: files.version,
    overlayGeneration: overlaid.ok ? (overlay?.generation ?? 0) : 0,
    chosen: false,
    ...how,
  });
}

/** Activates a stored version as it is, whatever files and overlay contain by now. */
export async function switchToVersion(
  deps: SwitchDeps,
  version: string,
  before: ActiveRow,
  how: Who,
): Promise<SwitchOutcome> {
  const { carrier } = before;
  const parts = await partsOfVersion(deps.db.pipeline, carrier, version);
  return compareAndSet(deps, before, {
    carrier,
    version,
    filesVersion: parts?.filesVersion ?? version,
    overlayGeneration: parts?.overlayGeneration ?? 0,
    chosen: true,
    ...how,
  });
}

/** Activates `next` unless the active version is no longer `before` (`lost`). */
async function compareAndSet(
  { db, clock }: SwitchDeps,
  before: ActiveRow | null,
  next: Omit<Parameters<typeof switchActive>[1], 'atMs'>,
): Promise<SwitchOutcome> {
  const row = await withTransaction(db.pipeline, (tx) =>
    switchActive(tx, { ...next, atMs: clock.nowMs() }, before?.generation ?? 0),
  );
  return row === null ? { outcome: 'lost' } : { outcome: 'switched', row };
}

/** Stores two versions: the files' mapping alone (`base`), and with the overlay applied. */
export async function storeVersions(
  { versions }: SwitchDeps,
  base: Mapping,
  overlaid: Mapping,
): Promise<void> {
  await versions.keep([
    { mapping: base, origin: 'files', baseVersion: null },
    { mapping: overlaid, origin: 'overlay', baseVersion: base.version },
  ]);
}

/** Retries after a concurrent write. Such writes are rare; this many in a row have another cause. */
const RETRIES_MAX = 20;

/**
 * Stores an overlay. The hub's own is activated in the same transaction; a merchant's is only
 * announced. It is compiled outside the transaction, and again if somebody else wrote meanwhile.
 */
export async function writeOverlay(
  deps: SwitchDeps,
  carrier: MappedCarrier,
  merchantId: string | null,
  text: string,
  how: OverlayHow,
): Promise<OverlayOutcome> {
  for (let tries = 0; ; tries += 1) {
    const outcome = await tryWriteOverlay(deps, carrier, merchantId, text, how);
    if (outcome !== null) return outcome;
    if (tries === RETRIES_MAX) throw new Error(`the overlay of ${carrier.name} keeps changing`);
  }
}

/** Tries to store an overlay; null if a concurrent writer was faster. */
async function tryWriteOverlay(
  deps: SwitchDeps,
  carrier: MappedCarrier,
  merchantId: string | null,
  text: string,
  how: OverlayHow,
): Promise<OverlayOutcome | null> {
  const { db, clock } = deps;
  const { name } = carrier;
  const before = await activeRow(db.pipeline, name);
  const known = await overlayRow(db.pipeline, name, merchantId);
  const generation = known === null || isBlank(known.text) ? 0 : known.generation;
  if (how.expectedGeneration !== undefined && how.expectedGeneration !== generation) {
    return { outcome: 'conflict', generation };
  }
  if (
    merchantId === null &&
    before !== null &&
    how.endRollback !== true &&
    lacksOverlay(before, known)
  ) {
    return { outcome: 'rolled_back', active: before };
  }
  const base = await baseOf(deps, carrier, merchantId, before);
  if (base === null) return { outcome: 'invalid', problems: [noActiveMapping(name, merchantId)] };
  if (generation === 0 && isBlank(text)) {
    return {
      outcome: 'stored',
      generation,
      version: before?.version ?? base.version,
      warnings: [],
    };
  }
  const overlaid = layOverlay(base, merchantId, text);
  if (!overlaid.ok) return { outcome: 'invalid', problems: overlaid.problems };
  const { version } = overlaid.mapping;
  // A merchant's version is stored when first used: most texts are tried and corrected before that.
  if (merchantId === null) await storeVersions(deps, base, overlaid.mapping);

  const atMs = clock.nowMs();
  const stored = await withTransaction(db.pipeline, async (tx) => {
    const row = await activeRow(tx, name, true);
    const now = await overlayRow(tx, name, merchantId);
    if (row?.generation !== before?.generation || now?.generation !== known?.generation)
      return null;
    if (merchantId === null) {
      const switched = await switchActive(
        tx,
        {
          carrier: name,
          version,
          filesVersion: base.version,
          overlayGeneration: (row?.overlaysGeneration ?? 0) + 1,
          chosen: row?.chosen ?? false,
          by: how.by,
          why: how.why,
          atMs,
        },
        row?.generation ?? 0,
      );
      if (switched === null) return null;
    } else await announceMappings(tx);
    return upsertOverlay(tx, { carrier: name, merchantId, text, by: how.by, atMs });
  });
  if (stored === null) return null;
  const { warnings } = overlaid;
  return { outcome: 'stored', generation: isBlank(text) ? 0 : stored, version, warnings };
}

/** Whether somebody chose a version that lacks the current overlay. */
function lacksOverlay(active: ActiveRow, overlay: OverlayRow | null): boolean {
  if (!active.chosen) return false;
  const isNone = active.overlayGeneration === 0 && (overlay === null || isBlank(overlay.text));
  return !isNone && active.overlayGeneration !== (overlay?.generation ?? 0);
}

/**
 * Returns the base for an overlay: for the hub's overlay the files' part of the active version, for
 * a merchant's all of it. Null if there is none.
 */
export async function baseOf(
  { versions }: Pick<SwitchDeps, 'versions'>,
  carrier: MappedCarrier,
  merchantId: string | null,
  active: ActiveRow | null,
): Promise<Mapping | null> {
  if (active === null) return merchantId === null ? emptyMapping(carrier) : null;
  return versions.load(carrier.name, merchantId === null ? active.filesVersion : active.version);
}

/**
 * Returns the problem that a carrier has no active mapping to which an overlay could be applied.
 */
export function noActiveMapping(carrier: string, merchantId: string | null) {
  return problemOf(
    overlayName(carrier, merchantId),
    `${carrier} has no active mapping for this overlay.`,
    'Correct the mapping file first; waybill mappings check lists its problems.',
  );
}
