import {
  isShipped,
  type LoadedAdapter,
  loadAdapterAt,
  loadAdapters,
  type Registry,
} from '../../adapters/index.ts';
import {
  type CarrierSources,
  carriersForCommand,
  UNCONTAINED,
} from '../../app/installed-carriers.ts';

type Complain = (line: string) => void;

/**
 * Finds the carrier by path, or by name among all carriers of this installation. Packages found by
 * name run in a process of their own; what is found by path runs here. Rejects with the problem.
 */
export async function findAdapter(
  wanted: string,
  sources: CarrierSources,
  complain: Complain,
): Promise<LoadedAdapter> {
  if (isPath(wanted)) return loadHere(wanted, complain);
  return namedAdapter(wanted, await carriersForCommand(sources, complain));
}

/**
 * Finds the carrier by path, or by name among those that ship with the hub: for commands that run
 * an adapter here, or write into its folder. Rejects with the problem.
 */
export async function findOwnAdapter(wanted: string, complain: Complain): Promise<LoadedAdapter> {
  if (isPath(wanted)) return loadHere(wanted, complain);
  return namedAdapter(wanted, await loadAdapters());
}

function isPath(wanted: string): boolean {
  return /[./\\]/.test(wanted);
}

async function loadHere(path: string, complain: Complain): Promise<LoadedAdapter> {
  const loaded = await loadAdapterAt(path);
  if (!isShipped(loaded.home)) complain(`NOTE: ${path}: ${UNCONTAINED}`);
  return loaded;
}

function namedAdapter(wanted: string, registry: Registry): LoadedAdapter {
  const [adapter, home] = [registry.get(wanted), registry.home(wanted)];
  if (adapter !== undefined && home !== undefined) return { adapter, home };
  const known = registry.list().map(({ manifest }) => manifest.name);
  throw new Error(
    `"${wanted}" is not one of the carriers ${known.join(', ')}; to use a package's sources, give a path with a slash`,
  );
}
