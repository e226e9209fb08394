import type {
  CarrierDocumentation,
  CompileOutcome,
  MappedCarrier,
  Mapping,
  MappingFiles,
  MappingProblem,
} from '../../normalization/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { blameOf, isDatabaseUnavailable } from '../../platform/database/database-errors.ts';
import type { Listener } from '../../platform/database/listen.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import { unheldTimers } from '../../platform/work/timers.ts';
import { type ActiveRow, activeRow, activeRows, MAPPINGS_CHANNEL } from './active-mappings.sql.ts';
import type {
  ActivateHow,
  ActivateOutcome,
  ActiveMapping,
  ActiveMappings,
  OverlayHow,
  OverlayOutcome,
  StoredOverlay,
  StoredVersion,
  VersionOrigin,
} from './active-mappings.ts';
import { type CarrierState, problemsOf, toActiveMapping } from './carrier-state.ts';
import { overlayRow } from './mapping-overlays.sql.ts';
import { createMappingUpdates, type MappingUpdates } from './mapping-updates.ts';
import { listVersions, type NewVersion, originOfVersion } from './mapping-versions.sql.ts';
import { createMerchantOverlays, type MerchantOverlays } from './merchant-overlays.ts';
import { emptyOverlay, isBlank, layOverlay } from './overlay-text.ts';
import { JUST_STARTED } from './proposal.ts';
import {
  baseOf,
  noActiveMapping,
  type SwitchDeps,
  type SwitchOutcome,
  storeVersions,
  switchToFiles,
  switchToVersion,
  writeOverlay,
} from './switch-mapping.ts';
import { createVersionStore, type VersionStore } from './version-store.ts';

export interface ActiveMappingsOptions {
  readonly db: Pick<Database, 'pipeline'>;
  /** The mapping files of this process; the caller opens and closes them. */
  readonly files: Pick<MappingFiles, 'current' | 'problems' | 'onChange'>;
  readonly carriers: readonly MappedCarrier[];
  /**
   * Receives the notifications of changes; without it, the database is only checked twice a second.
   */
  readonly listener: Pick<Listener, 'on'> | null;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * `follow` (a hub): follows the active version and activates its files when they are new. `visit`
   * (a command): reads the active version when it opens, and changes only what it is asked to.
   */
  readonly mode?: 'follow' | 'visit';
}

/**
 * Interval of checks, and so the longest delay after a lost notification; processes must agree
 * within a second.
 */
const CHECK_EVERY_MS = 500;
/**
 * Attempts before giving up. Concurrent writers are rare, so this many failures have another cause.
 */
const TRIES_MAX = 20;

/** Opens the `ActiveMappings`; resolves when the active version is known. */
export async function openActiveMappings(options: ActiveMappingsOptions): Promise<ActiveMappings> {
  const mappings = new LiveMappings(options);
  await mappings.start();
  return mappings;
}

class LiveMappings implements ActiveMappings {
  readonly #files: ActiveMappingsOptions['files'];
  readonly #log: Logger;
  readonly #mode: 'follow' | 'visit';
  readonly #db: Database['pipeline'];
  readonly #states: ReadonlyMap<string, CarrierState>;
  readonly #listeners = new Set<(carrier: string) => void>();
  readonly #versions: VersionStore;
  readonly #deps: SwitchDeps;
  readonly #unstored = new Map<string, NewVersion>();
  readonly #merchants: MerchantOverlays;
  readonly #loop: Loop;
  readonly #mappingUpdates: MappingUpdates;
  #unsubscribe = (): void => {};

  constructor(options: ActiveMappingsOptions) {
    const { files, clock, log, mode = 'follow' } = options;
    this.#files = files;
    this.#log = log;
    this.#mode = mode;
    this.#db = options.db.pipeline;
    this.#states = new Map<string, CarrierState>(
      options.carriers.map((carrier) => [carrier.name, newState(carrier)]),
    );
    this.#versions = createVersionStore({
      db: this.#db,
      clock,
      log,
      atHand: (carrier) =>
        [this.#states.get(carrier)?.mapping, this.#files.current(carrier)].flatMap(
          (each) => each ?? [],
        ),
    });
    this.#deps = { db: options.db, versions: this.#versions, clock };
    this.#merchants = createMerchantOverlays({
      onMade: ({ mapping, base, merchantId }) => {
        const version = {
          mapping,
          origin: 'merchant',
          baseVersion: base.version,
          merchantId,
        } as const;
        this.#unstored.set(`${merchantId} ${mapping.version}`, version);
        this.#loop.wake();
      },
      onBroken: (carrier, merchant, problems) => {
        this.#log.warn(
          { carrier, merchant_id: merchant, problems },
          "a merchant's overlay does not fit",
        );
      },
    });
    this.#mappingUpdates = createMappingUpdates({
      switching: this.#deps,
      files: this.#files,
      merchants: this.#merchants,
      clock,
      log,
      notify: (carrier) => {
        for (const listener of this.#listeners) listener(carrier);
      },
    });
    const { listener } = options;
    this.#loop = startLoop({
      run: () => this.#check(),
      everyMs: mode === 'follow' ? CHECK_EVERY_MS : null,
      wokenBy: mode === 'follow' ? listener && { listener, channel: MAPPINGS_CHANNEL } : null,
      timers: unheldTimers,
      onFailure(err) {
        const level = isDatabaseUnavailable(err) ? 'debug' : 'warn';
        log[level]({ err }, 'the active mappings could not be read; retrying');
      },
    });
  }

  /** Resolves when the active version is known. */
  async start(): Promise<void> {
    await this.#loop.now();
    this.#unsubscribe = this.#files.onChange(() => this.#loop.wake());
  }

  current(carrier: string, merchantId: string | null = null): Mapping | null {
    const base = this.#states.get(carrier)?.mapping ?? null;
    return base === null || merchantId === null ? base : this.#merchants.over(base, merchantId);
  }

  forMerchant(base: Mapping, merchantId: string): Mapping {
    return this.#merchants.over(base, merchantId);
  }

  active(carrier: string): ActiveMapping | null {
    const state = this.#states.get(carrier);
    const row = state?.row ?? null;
    return state && row ? toActiveMapping(state, row, this.#files.current(carrier)) : null;
  }

  problems(): readonly MappingProblem[] {
    const broken = this.#merchants.broken();
    return [
      ...this.#files.problems(),
      ...[...this.#states.values()].flatMap((state) =>
        problemsOf(
          state,
          this.#files.current(state.carrier.name),
          broken.get(state.carrier.name) ?? 0,
        ),
      ),
    ];
  }

  activate(carrier: string, version: string, how: ActivateHow): Promise<ActivateOutcome> {
    return this.#retrying(carrier, how, (previous) =>
      this.#toVersion(carrier, version, previous, how),
    );
  }

  rollback(carrier: string, how: ActivateHow): Promise<ActivateOutcome> {
    return this.#retrying(carrier, how, async (previous) => {
      const before = previous?.previousVersion ?? null;
      return before === null ? 'none_before' : this.#toVersion(carrier, before, previous, how);
    });
  }

  activateFiles(carrier: string, how: ActivateHow): Promise<ActivateOutcome> {
    return this.#retrying(carrier, how, async (previous) => {
      const own = this.#files.current(carrier);
      if (own === undefined) return 'unknown_version';
      return switchToFiles(this.#deps, own, previous, { by: how.by, why: how.why });
    });
  }

  async putOverlay(
    carrier: string,
    merchantId: string | null,
    text: string,
    how: OverlayHow,
  ): Promise<OverlayOutcome> {
    const state = this.#states.get(carrier);
    if (state === undefined) {
      return { outcome: 'invalid', problems: [noActiveMapping(carrier, merchantId)] };
    }
    const outcome = await writeOverlay(this.#deps, state.carrier, merchantId, text, how);
    if (outcome.outcome === 'stored') await this.#loop.now();
    return outcome;
  }

  async checkOverlay(
    carrier: string,
    merchantId: string | null,
    text: string,
    documentation?: CarrierDocumentation,
  ): Promise<readonly MappingProblem[]> {
    const state = this.#states.get(carrier);
    const active = await activeRow(this.#db, carrier);
    const base =
      state && (await baseOf({ versions: this.#versions }, state.carrier, merchantId, active));
    if (!base) return [noActiveMapping(carrier, merchantId)];
    if (isBlank(text)) return [emptyOverlay(carrier, merchantId)];
    const overlaid = layOverlay(base, merchantId, text, documentation);
    return overlaid.ok ? overlaid.warnings : overlaid.problems;
  }

  async overlay(carrier: string, merchantId: string | null): Promise<StoredOverlay | null> {
    const row = await overlayRow(this.#db, carrier, merchantId);
    if (row === null || isBlank(row.text)) return null;
    const { text, generation, updatedAtMs, updatedBy } = row;
    return { text, generation, updatedAtMs, updatedBy };
  }

  async ofFiles(carrier: string): Promise<CompileOutcome | null> {
    const own = this.#files.current(carrier);
    if (own === undefined) return null;
    const overlaid = layOverlay(own, null, (await overlayRow(this.#db, carrier, null))?.text ?? '');
    if (overlaid.ok) await storeVersions(this.#deps, own, overlaid.mapping);
    return overlaid;
  }

  versions(carrier: string, limit: number, after?: string): Promise<readonly StoredVersion[]> {
    return listVersions(this.#db, carrier, limit, after);
  }

  load(carrier: string, version: string): Promise<Mapping | null> {
    return this.#versions.load(carrier, version);
  }

  store(mapping: Mapping, origin: VersionOrigin): Promise<void> {
    return this.#versions.keep([{ mapping, origin, baseVersion: null }]);
  }

  refresh(): Promise<void> {
    return this.#loop.now();
  }

  onChange(listener: (carrier: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#loop.stop();
  }

  /**
   * Follows what is active in the database, proposes this machine's files, and stores versions that
   * could not be stored before.
   */
  async #check(): Promise<void> {
    const rows = new Map((await activeRows(this.#db)).map((row) => [row.carrier, row]));
    for (const state of this.#states.values()) {
      const row = rows.get(state.carrier.name) ?? null;
      try {
        if (row !== null) await this.#mappingUpdates.apply(state, row);
        if (this.#mode === 'follow') await this.#mappingUpdates.propose(state, row);
        state.failed = null;
      } catch (error) {
        if (blameOf(error) !== 'entry') throw error;
        // A failure of one carrier must not keep the other carriers from being updated.
        this.#noteFailure(state, error);
      }
    }
    for (const [key, version] of this.#unstored) {
      await this.#versions.keep([version]);
      this.#unstored.delete(key);
    }
  }

  /** Records and logs that a carrier's mapping could not be updated. */
  #noteFailure(state: CarrierState, error: unknown): void {
    const said = error instanceof Error ? error.message : String(error);
    // Polled twice a second, so the same error is logged once.
    if (state.failed === said) return;
    state.failed = said;
    this.#log.error(
      { carrier: state.carrier.name, err: error },
      'a mapping change could not be followed',
    );
  }

  /**
   * Runs `step`, which switches the active version, again until no concurrent writer interferes.
   * Returns `conflict` if the caller gave an expected generation and another one is active.
   */
  async #retrying(
    carrier: string,
    how: ActivateHow,
    step: (
      previous: ActiveRow | null,
    ) => Promise<SwitchOutcome | 'same' | 'unknown_version' | 'none_before'>,
  ): Promise<ActivateOutcome> {
    for (let tries = 0; ; tries += 1) {
      const previous = await activeRow(this.#db, carrier);
      const state = this.#states.get(carrier);
      if (state === undefined) return { outcome: 'unknown_version' };
      const active = previous && toActiveMapping(state, previous, this.#files.current(carrier));
      const { expectedGeneration } = how;
      if (expectedGeneration !== undefined && expectedGeneration !== (previous?.generation ?? 0)) {
        return { outcome: 'conflict', active };
      }
      const outcome = await step(previous);
      if (outcome === 'unknown_version' || outcome === 'none_before') return { outcome };
      if (outcome === 'same' && active !== null) return { outcome: 'activated', active };
      if (typeof outcome === 'object' && outcome.outcome === 'invalid') return outcome;
      if (typeof outcome === 'object' && outcome.outcome === 'switched') {
        await this.#loop.now();
        const now = toActiveMapping(state, outcome.row, this.#files.current(carrier));
        return { outcome: 'activated', active: now };
      }
      if (tries === TRIES_MAX) throw new Error(`the mapping of ${carrier} keeps changing`);
    }
  }

  /** Activates a stored version; `same` if it is already active. */
  async #toVersion(
    carrier: string,
    wanted: string,
    previous: ActiveRow | null,
    how: ActivateHow,
  ): Promise<SwitchOutcome | 'same' | 'unknown_version'> {
    const mapping = await this.#versions.load(carrier, wanted);
    if (mapping === null || previous === null) return 'unknown_version';
    if (mapping.version === previous.version) return 'same';
    if ((await originOfVersion(this.#db, carrier, mapping.version)) === 'merchant') {
      return 'unknown_version';
    }
    return switchToVersion(this.#deps, mapping.version, previous, { by: how.by, why: how.why });
  }
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
