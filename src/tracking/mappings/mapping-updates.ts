import type { Mapping, MappingFiles, MappingProblem } from '../../normalization/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type ActiveRow, activeRow, lastActivationOfFiles } from './active-mappings.sql.ts';
import type { CarrierState } from './carrier-state.ts';
import { overlaysSince } from './mapping-overlays.sql.ts';
import type { MerchantOverlays } from './merchant-overlays.ts';
import { isBlank } from './overlay-text.ts';
import { isToPropose } from './proposal.ts';
import { type SwitchDeps, switchToFiles } from './switch-mapping.ts';

/**
 * Follows the active mapping and proposes the process's own files. Only one call runs at a time.
 */
export interface MappingUpdates {
  /** Makes this process use the active version. */
  apply(state: CarrierState, row: ActiveRow): Promise<void>;
  /** Activates the files if they are new. Resolves when that is decided. */
  propose(state: CarrierState, found: ActiveRow | null): Promise<void>;
}

interface MappingUpdatesDeps {
  readonly switching: SwitchDeps;
  readonly files: Pick<MappingFiles, 'current'>;
  readonly merchants: MerchantOverlays;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when the mapping in use has changed. */
  readonly notify: (carrier: string) => void;
}

/**
 * Attempts before giving up. Concurrent writers are rare, so this many failures have another cause.
 */
const TRIES_MAX = 20;

/** Creates the updates of the mappings that this process uses. */
export function createMappingUpdates(deps: MappingUpdatesDeps): MappingUpdates {
  const { switching, files, merchants, clock, log, notify } = deps;
  const db = switching.db.pipeline;

  /**
   * Adopts the active version and the overlays of a row, as far as they are newer than what this
   * process uses.
   */
  const apply = async (state: CarrierState, row: ActiveRow): Promise<void> => {
    const { name } = state.carrier;
    let changed = false;
    if (row.overlaysGeneration > state.overlaysGeneration) {
      const overlays = await overlaysSince(db, name, state.overlaysGeneration);
      merchants.take(overlays);
      for (const { merchantId, generation, text } of overlays) {
        if (merchantId === null) state.deploymentOverlay = { generation, blank: isBlank(text) };
      }
      // Not the generation of the newest overlay found: that one may have been deleted with its
      // merchant.
      const newest = overlays.at(-1)?.generation ?? 0;
      state.overlaysGeneration = Math.max(row.overlaysGeneration, newest);
      changed = true;
    }
    if (row.generation !== state.row?.generation && row.version !== state.unreadable) {
      const mapping = await switching.versions.load(name, row.version);
      state.unreadable = mapping === null ? row.version : null;
      if (mapping !== null) {
        if (state.mapping?.version !== mapping.version) await merchants.prepare(mapping);
        changed ||= state.mapping?.version !== mapping.version;
        state.row = row;
        state.mapping = mapping;
        const { version, generation, activatedBy: by, why } = row;
        log.info({ carrier: name, version, generation, by, why }, 'a mapping is active');
      }
    }
    if (changed) notify(name);
  };

  /**
   * Makes the version of this machine's files active if that is appropriate (`isToPropose`). It
   * retries when another process was faster.
   */
  const propose = async (state: CarrierState, found: ActiveRow | null): Promise<void> => {
    const { name } = state.carrier;
    let before = found;
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const own = files.current(name);
      if (own === undefined) return;
      const isOther = before?.filesVersion !== own.version;
      const { standing } = state;
      const isNew = isOther && standing.considered !== own.version;
      const lastActivation = isNew ? await lastActivationOfFiles(db, name, own.version) : null;
      const question = { filesVersion: own.version, active: before, standing, lastActivation };
      if (!isToPropose({ ...question, nowMs: clock.nowMs() })) {
        if ((isNew || !isOther) && before !== null) rememberDecision(state, own, before, null);
        return;
      }
      const how = { by: 'files', why: before === null ? 'the first files' : 'the files changed' };
      const outcome = await switchToFiles(switching, own, before, how);
      if (outcome.outcome === 'switched') {
        rememberDecision(state, own, outcome.row, null);
        await apply(state, outcome.row);
        return;
      }
      if (outcome.outcome === 'invalid' && before !== null) {
        log.warn(
          { carrier: name, problems: outcome.problems },
          'the overlay does not fit the files',
        );
        rememberDecision(state, own, before, outcome.problems);
        return;
      }
      before = await activeRow(db, name);
      if (before !== null) await apply(state, before);
    }
  };

  return { apply, propose };
}

/**
 * Remembers that the files were considered while `row` was active. `held`: why the overlay prevents
 * their activation; null if nothing does.
 */
function rememberDecision(
  state: CarrierState,
  own: Mapping,
  row: ActiveRow,
  held: readonly MappingProblem[] | null,
): void {
  state.standing = {
    considered: own.version,
    settledGeneration: row.generation,
    heldAt: held === null ? null : row.overlaysGeneration,
  };
  state.held = held ?? [];
}
