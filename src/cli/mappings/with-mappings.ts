import { type AdapterManifest, packagedMappings, type Registry } from '../../adapters/index.ts';
import { loadFence } from '../../app/fence-restored.ts';
import { carriersForCommand } from '../../app/installed-carriers.ts';
import { describe, type MappingFiles, openMappingFiles } from '../../normalization/index.ts';
import { messagesIn } from '../../platform/messages/catalogue.ts';
import { createLog } from '../../platform/observability/log.ts';
import { hashKey } from '../../platform/sealing/hash-key.sql.ts';
import { type ActiveMappings, openActiveMappings } from '../../tracking/ports/mappings.ts';
import { createPeopleHashes, PEOPLE_KEY } from '../../tracking/ports/running.ts';
import { createTracking, type TrackingDeps } from '../../tracking/ports/shipments.ts';
import { type VerbMachines, withDatabase } from '../with-database.ts';

const DAY_MS = 86_400_000;

/** What a verb about mappings needs, next to a running hub or alone. */
const complain = (line: string) => void process.stderr.write(`${line}\n`);

export interface MappingMachines extends VerbMachines {
  readonly registry: Registry;
  readonly carriers: readonly AdapterManifest[];
  /** The mapping files of this installation, as they are now. */
  readonly files: MappingFiles;
  /** The mappings active in the database; the verb activates only those it is given. */
  readonly mappings: ActiveMappings;
  readonly tracking: TrackingDeps;
}

/** Runs a verb on the hub's database with its mappings. Resolves with the exit code. */
export function withMappings(
  env: NodeJS.ProcessEnv,
  work: (machines: MappingMachines) => Promise<number>,
): Promise<number> {
  return withDatabase(env, (machines) => openMappings(machines, work));
}

/** Runs `work` on machines that are already open. */
export async function openMappings<T>(
  machines: VerbMachines,
  work: (machines: MappingMachines) => Promise<T>,
): Promise<T> {
  const { config, database: db, clock, randomBytes, sealer } = machines;
  const registry = await carriersForCommand(config, complain);
  const carriers = registry.list().map(({ manifest }) => manifest);
  const files = await openMappingFiles({
    folder: config.mappings,
    overlay: config.mappingsOverlay ?? undefined,
    packaged: packagedMappings(registry),
    carriers,
    watch: 'off',
  });
  const log = createLog({ level: 'warn' });
  const options = { db, files, carriers, listener: null, clock, log };
  const mappings = await openActiveMappings({ ...options, mode: 'visit' });
  try {
    const messages = messagesIn('en').status;
    const tracking = createTracking({
      db,
      sealer,
      people: createPeopleHashes(
        await hashKey(db.pipeline, machines.keyring, randomBytes, PEOPLE_KEY),
      ),
      clock,
      randomBytes,
      adapter: (carrier) => registry.get(carrier) ?? null,
      mapping: (carrier) => mappings.current(carrier),
      forMerchant: (base, merchantId) => mappings.forMerchant(base, merchantId),
      mappingOf: (carrier, version) => mappings.load(carrier, version),
      describe: (reading) => describe(messages, reading),
      announcesDatesSeparately: true,
      fence: await loadFence(db),
      lookbackMs: config.instanceLookbackDays * DAY_MS,
      publicUrl: () => config.publicUrl ?? '',
    });
    return await work({ ...machines, registry, carriers, files, mappings, tracking });
  } finally {
    await mappings.close();
  }
}
