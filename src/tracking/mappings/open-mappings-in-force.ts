import type { MappedCarrier, MappingFiles } from '../../normalization/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { blameOf } from '../../platform/database/blame.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type ActiveRow, activeRow, activeRows, MAPPINGS_CHANNEL } from './active-mappings.sql.ts';
import { type CarrierState, problemsOf, toActiveMapping } from './carrier-state.ts';
import { createFollowing } from './following.ts';
import { startLooking } from './looking.ts';
import { overlayRow } from './mapping-overlays.sql.ts';
import { listVersions, type NewVersion, originOfVersion } from './mapping-versions.sql.ts';
import type { ActivateHow, ActivateOutcome, MappingsInForce } from './mappings-in-force.ts';
import { createMerchantOverlays } from './merchant-overlays.ts';
import { emptyOverlay, isBlank, layOverlay } from './overlay-text.ts';
import { JUST_STARTED } from './proposal.ts';
import {
  baseOf,
  keepLaid,
  nothingBelow,
  type SwitchDeps,
  type SwitchOutcome,
  switchToFiles,
  switchToVersion,
  writeOverlay,
} from './switch-mapping.ts';
import { createVersionStore } from './version-store.ts';

export interface MappingsInForceOptions {
  readonly db: Pick<Database, 'pipeline'>;
  /** This process's own; whoever opened them closes them. */
  readonly files: Pick<MappingFiles, 'current' | 'problems' | 'onChange'>;
  readonly carriers: readonly MappedCarrier[];
  /** Null: only looks twice a second. */
  readonly listener: Pick<Listener, 'on'> | null;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * `follow` (a hub): follows what is in force and puts its files in force when they are news.
   * `visit` (a verb): knows what is in force when it opens, and changes only what it is told to.
   */
  readonly mode?: 'follow' | 'visit';
}

/** Others come between rarely; who loses this often has met something else than bad luck. */
const TRIES_MAX = 20;

/** Opens what `MappingsInForce` says; resolves when it knows what is in force. */
export async function openMappingsInForce(
  options: MappingsInForceOptions,
): Promise<MappingsInForce> {
  const { files, clock, log, mode = 'follow' } = options;
  const db = options.db.pipeline;
  const states = new Map<string, CarrierState>(
    options.carriers.map((carrier) => [carrier.name, newState(carrier)]),
  );
  const listeners = new Set<(carrier: string) => void>();
  const versions = createVersionStore({
    ...{ db, clock, log },
    atHand: (carrier) =>
      [states.get(carrier)?.mapping, files.current(carrier)].flatMap((each) => each ?? []),
  });
  const deps: SwitchDeps = { db: options.db, versions, clock };

  const unstored = new Map<string, NewVersion>();
  const merchants = createMerchantOverlays({
    onMade: ({ mapping, base, merchantId }) => {
      const version = {
        mapping,
        origin: 'merchant',
        baseVersion: base.version,
        merchantId,
      } as const;
      unstored.set(`${merchantId} ${mapping.version}`, version);
      looking.soon();
    },
    onBroken: (carrier, merchant, problems) => {
      log.warn({ carrier, merchant_id: merchant, problems }, "a merchant's overlay does not fit");
    },
  });

  const { follow, propose } = createFollowing({
    ...{ switching: deps, files, merchants, clock, log },
    tell: (carrier) => {
      for (const listener of listeners) listener(carrier);
    },
  });

  const noteFailure = (state: CarrierState, error: unknown): void => {
    const said = error instanceof Error ? error.message : String(error);
    // Looked at twice a second: said once.
    if (state.failed === said) return;
    state.failed = said;
    log.error({ carrier: state.carrier.name, err: error }, 'a mapping could not be followed');
  };

  const look = async (): Promise<void> => {
    const rows = new Map((await activeRows(db)).map((row) => [row.carrier, row]));
    for (const state of states.values()) {
      const row = rows.get(state.carrier.name) ?? null;
      try {
        if (row !== null) await follow(state, row);
        if (mode === 'follow') await propose(state, row);
        state.failed = null;
      } catch (error) {
        if (blameOf(error) !== 'entry') throw error;
        // One carrier's trouble must not keep the others from following.
        noteFailure(state, error);
      }
    }
    for (const [key, version] of unstored) {
      await versions.keep([version]);
      unstored.delete(key);
    }
  };

  /** Tries until nobody comes between, unless the caller named what it knew. */
  const retrying = async (
    carrier: string,
    how: ActivateHow,
    step: (
      seen: ActiveRow | null,
    ) => Promise<SwitchOutcome | 'same' | 'unknown_version' | 'none_before'>,
  ): Promise<ActivateOutcome> => {
    for (let tries = 0; ; tries += 1) {
      const seen = await activeRow(db, carrier);
      const state = states.get(carrier);
      if (state === undefined) return { outcome: 'unknown_version' };
      const active = seen && toActiveMapping(state, seen, files.current(carrier));
      const { expectedGeneration } = how;
      if (expectedGeneration !== undefined && expectedGeneration !== (seen?.generation ?? 0)) {
        return { outcome: 'conflict', active };
      }
      const outcome = await step(seen);
      if (outcome === 'unknown_version' || outcome === 'none_before') return { outcome };
      if (outcome === 'same' && active !== null) return { outcome: 'activated', active };
      if (typeof outcome === 'object' && outcome.outcome === 'invalid') return outcome;
      if (typeof outcome === 'object' && outcome.outcome === 'switched') {
        await looking.now();
        const now = toActiveMapping(state, outcome.row, files.current(carrier));
        return { outcome: 'activated', active: now };
      }
      if (tries === TRIES_MAX) throw new Error(`the mapping of ${carrier} changes all the time`);
    }
  };

  const toVersion = async (
    carrier: string,
    wanted: string,
    seen: ActiveRow | null,
    how: ActivateHow,
  ): Promise<SwitchOutcome | 'same' | 'unknown_version'> => {
    const mapping = await versions.load(carrier, wanted);
    if (mapping === null || seen === null) return 'unknown_version';
    if (mapping.version === seen.version) return 'same';
    if ((await originOfVersion(db, carrier, mapping.version)) === 'merchant') {
      return 'unknown_version';
    }
    return switchToVersion(deps, mapping.version, seen, { by: how.by, why: how.why });
  };

  const looking = startLooking({ look, follow: mode === 'follow', log });
  await looking.now();
  const stopHearing = [
    files.onChange(() => looking.soon()),
    ...(mode === 'follow' && options.listener !== null
      ? [options.listener.on(MAPPINGS_CHANNEL, () => looking.soon())]
      : []),
  ];

  return {
    current(carrier, merchantId = null) {
      const base = states.get(carrier)?.mapping ?? null;
      return base === null || merchantId === null ? base : merchants.over(base, merchantId);
    },
    forMerchant: (base, merchantId) => merchants.over(base, merchantId),
    active(carrier) {
      const state = states.get(carrier);
      const row = state?.row ?? null;
      return state && row ? toActiveMapping(state, row, files.current(carrier)) : null;
    },
    problems() {
      const broken = merchants.broken();
      return [
        ...files.problems(),
        ...[...states.values()].flatMap((state) =>
          problemsOf(state, files.current(state.carrier.name), broken.get(state.carrier.name) ?? 0),
        ),
      ];
    },
    activate: (carrier, version, how) =>
      retrying(carrier, how, (seen) => toVersion(carrier, version, seen, how)),
    rollback: (carrier, how) =>
      retrying(carrier, how, async (seen) => {
        const before = seen?.previousVersion ?? null;
        return before === null ? 'none_before' : toVersion(carrier, before, seen, how);
      }),
    activateFiles: (carrier, how) =>
      retrying(carrier, how, async (seen) => {
        const own = files.current(carrier);
        if (own === undefined) return 'unknown_version';
        return switchToFiles(deps, own, seen, { by: how.by, why: how.why });
      }),
    async putOverlay(carrier, merchantId, text, how) {
      const state = states.get(carrier);
      if (state === undefined) {
        return { outcome: 'invalid', problems: [nothingBelow(carrier, merchantId)] };
      }
      const outcome = await writeOverlay(deps, state.carrier, merchantId, text, how);
      if (outcome.outcome === 'stored') await looking.now();
      return outcome;
    },
    async checkOverlay(carrier, merchantId, text, papers) {
      const state = states.get(carrier);
      const active = await activeRow(db, carrier);
      const base = state && (await baseOf({ versions }, state.carrier, merchantId, active));
      if (!base) return [nothingBelow(carrier, merchantId)];
      if (isBlank(text)) return [emptyOverlay(carrier, merchantId)];
      const laid = layOverlay(base, merchantId, text, papers);
      return laid.ok ? laid.warnings : laid.problems;
    },
    async overlay(carrier, merchantId) {
      const row = await overlayRow(db, carrier, merchantId);
      if (row === null || isBlank(row.text)) return null;
      const { text, generation, updatedAtMs, updatedBy } = row;
      return { text, generation, updatedAtMs, updatedBy };
    },
    async ofFiles(carrier) {
      const own = files.current(carrier);
      if (own === undefined) return null;
      const laid = layOverlay(own, null, (await overlayRow(db, carrier, null))?.text ?? '');
      if (laid.ok) await keepLaid(deps, own, laid.mapping);
      return laid;
    },
    versions: (carrier, limit) => listVersions(db, carrier, limit),
    load: (carrier, version) => versions.load(carrier, version),
    store: (mapping, origin) => versions.keep([{ mapping, origin, baseVersion: null }]),
    refresh: () => looking.now(),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      for (const stop of stopHearing) stop();
      await looking.stop();
    },
  };
}

function newState(carrier: MappedCarrier): CarrierState {
  return {
    carrier,
    row: null,
    mapping: null,
    overlaysGeneration: 0,
    deploymentOverlay: { generation: 0, blank: true },
    standing: JUST_STARTED,
    held: [],
    unreadable: null,
    failed: null,
  };
}
