import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { importModule } from '../../../platform/import-module.ts';
import type { ChannelPlugin } from './plugin.ts';

/** The channels of this installation, found once at start. */
export interface ChannelPlugins {
  get(provider: string): ChannelPlugin | undefined;
  /** In the order of their names. */
  list(): readonly ChannelPlugin[];
}

const CHANNELS_FOLDER = fileURLToPath(new URL('.', import.meta.url));

/**
 * Every folder here that holds a `plugin.ts` is a channel. Throws one error with all problems: who
 * believes that mail goes out must not find a hub without the channel.
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

/** Names of the folders that hold a channel, sorted. */
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

/** Enough to fail at start; conformance checks the rest. */
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
