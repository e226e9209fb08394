import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { importModule } from '../../../platform/import-module.ts';
import type { ChannelPlugin } from './plugin.ts';

/** The plug-ins of this installation, loaded once at start. */
export interface ChannelPlugins {
  get(provider: string): ChannelPlugin | undefined;
  /** Lists the plug-ins in the order of their names. */
  list(): readonly ChannelPlugin[];
}

const CHANNELS_FOLDER = fileURLToPath(new URL('.', import.meta.url));

/**
 * Loads the `plugin.ts` of every folder here. Throws one error with all problems: an operator who
 * believes that mail is sent must not get a hub without that channel.
 */
export async function loadChannelPlugins(folder = CHANNELS_FOLDER): Promise<ChannelPlugins> {
  const problems: string[] = [];
  const found = new Map<string, ChannelPlugin>();
  for (const name of channelFolders(folder)) {
    const file = path.join(folder, name, 'plugin.ts');
    const plugin = await importPlugin(file, problems);
    if (plugin === null) continue;
    const provider = name.replaceAll('-', '_');
    if (plugin.provider !== provider) {
      problems.push(`${file}: provider is "${plugin.provider}"; make it "${provider}"`);
    }
    found.set(provider, plugin);
  }
  if (problems.length > 0) {
    throw new Error(`Channels cannot be loaded:\n- ${problems.join('\n- ')}`);
  }
  return { get: (provider) => found.get(provider), list: () => [...found.values()] };
}

/** The names of the folders that contain a channel, sorted. */
export function channelFolders(folder = CHANNELS_FOLDER): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => existsSync(path.join(folder, name, 'plugin.ts')))
    .sort();
}

async function importPlugin(file: string, problems: string[]): Promise<ChannelPlugin | null> {
  try {
    const module: unknown = await importModule(file);
    const plugin = typeof module === 'object' && module !== null && 'plugin' in module;
    if (plugin && isPlugin(module.plugin)) return module.plugin;
    problems.push(`${file}: exports no plugin; export \`plugin\`, made by channelPlugin()`);
  } catch (error) {
    problems.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return null;
}

/**
 * Whether the value looks like a plug-in: enough to fail at start. The conformance suite checks the
 * rest.
 */
function isPlugin(value: unknown): value is ChannelPlugin {
  return (
    typeof value === 'object' &&
    value !== null &&
    'provider' in value &&
    typeof value.provider === 'string' &&
    'kinds' in value &&
    Array.isArray(value.kinds) &&
    'configSchema' in value &&
    'open' in value &&
    typeof value.open === 'function'
  );
}
