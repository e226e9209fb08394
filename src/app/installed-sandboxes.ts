import { packagedSandboxes } from '../adapters/index.ts';
import { loadSandboxes, type SandboxCarrier } from '../adapters/sandbox-kit/index.ts';
import { installedAdapters } from './installed-carriers.ts';

/**
 * Returns the sandboxes of this installation and its packages; null after reporting the reason to
 * `complain`.
 */
export async function installedSandboxes(
  packages: readonly string[],
  complain: (line: string) => void,
): Promise<readonly SandboxCarrier[] | null> {
  // The adapters are needed only to know what packages provide.
  if (packages.length === 0) return loadSandboxes();
  const registry = await installedAdapters(packages, complain);
  if (registry === null) return null;
  try {
    return await loadSandboxes(undefined, packagedSandboxes(registry));
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    return null;
  }
}
