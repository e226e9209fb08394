import type { MappedCarrier, Mapping, MappingProblem } from '../../normalization/index.ts';
import type { ActiveRow } from './active-mappings.sql.ts';
import type { ActiveMapping } from './active-mappings.ts';
import { overlayName, problemOf } from './overlay-text.ts';
import type { Standing } from './proposal.ts';

/** What a process knows about a carrier's mapping. It is always changed in one step. */
export interface CarrierState {
  readonly carrier: MappedCarrier;
  row: ActiveRow | null;
  /** The mapping that this process uses. */
  mapping: Mapping | null;
  /** The generation up to which overlays are known. */
  overlaysGeneration: number;
  deploymentOverlay: { readonly generation: number; readonly blank: boolean };
  standing: Standing;
  /** Why the files cannot be activated: problems of the overlay when applied to them. */
  held: readonly MappingProblem[];
  /** The active version, if this process cannot read it. */
  unreadable: string | null;
  /** The error of the last attempt to follow, if it failed. */
  failed: string | null;
}

/** Returns the active version as `ActiveMappings` shows it. */
export function toActiveMapping(
  state: CarrierState,
  row: ActiveRow,
  files: Mapping | undefined,
): ActiveMapping {
  const { overlaysGeneration: _, chosen, ...active } = row;
  const differs =
    files === undefined || files.version !== row.filesVersion || lacksOverlay(state, row);
  return { ...active, rolledBack: chosen && differs };
}

function lacksOverlay({ deploymentOverlay }: CarrierState, row: ActiveRow): boolean {
  const { generation, blank } = deploymentOverlay;
  return generation > row.overlayGeneration && !(blank && row.overlayGeneration === 0);
}

/** Returns why the content of files and overlays is not what is active. */
export function problemsOf(
  state: CarrierState,
  files: Mapping | undefined,
  brokenOverlays: number,
): MappingProblem[] {
  const { carrier, row, held, unreadable, failed } = state;
  const { name } = carrier;
  const problems = [...held];
  const warn = (found: string, fix: string) =>
    problems.push(problemOf(name, found, fix, 'warning'));
  if (unreadable !== null) {
    const found = `Version ${short(unreadable)} is active, but this process cannot read it and keeps using the last one.`;
    problems.push(problemOf(name, found, 'Bring all processes to the same release.'));
  }
  if (failed !== null) {
    const found = `The active version or the files could not be loaded (${failed}); the previously active version stays in use.`;
    problems.push(problemOf(name, found, 'See the log for details; this is retried.'));
  }
  if (row !== null && files !== undefined && files.version !== row.filesVersion) {
    warn(
      `The files contain version ${short(files.version)}; active is ${short(row.version)} (${sayWho(row)}).`,
      row.chosen
        ? `Correct the files, or activate them: waybill mappings apply ${name} files.`
        : 'Give all processes the same files.',
    );
  } else if (row !== null && lacksOverlay(state, row)) {
    const found = `The deployment's overlay is not the active one (${short(row.version)}; ${sayWho(row)}).`;
    warn(
      found,
      `Store the overlay again, or apply the files: waybill mappings apply ${name} files.`,
    );
  }
  if (brokenOverlays > 0) {
    const found = `Merchants' overlays that do not fit and are ignored: ${brokenOverlays}; the log says which and why.`;
    problems.push(problemOf(overlayName(name, ''), found, 'Ask the merchants to correct them.'));
  }
  return problems;
}

/**
 * Returns who activated the version, when and why, such as `by cli at 2026-…: too many exceptions`.
 */
function sayWho({ activatedBy, activatedAtMs, why }: ActiveRow): string {
  return `by ${activatedBy} at ${new Date(activatedAtMs).toISOString()}: ${why}`;
}

/**
 * Returns the short form in which people quote versions. It is unambiguous in practice, and `load`
 * accepts it.
 */
function short(version: string): string {
  return version.slice(0, 12);
}
