import { spawn } from 'node:child_process';
import type { ConformanceSubject } from '@waybill/adapter-kit';
import type { ParseOutcome, Payload } from '../../adapters/index.ts';
import { loadSandbox } from '../../adapters/sandbox-kit/index.ts';
import { shippedFile } from '../../platform/shipped.ts';
import { findOwnAdapter } from './find-adapter.ts';
import { staticSubject } from './static-subject.ts';

interface SubjectSettings {
  /** Folder of the mappings; a package brings its own. */
  readonly mappings: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Starting Node and reading a few dozen payloads takes a second. */
const ELSEWHERE_MS_MAX = 60_000;

/**
 * What the kit needs to know about one carrier: the adapter, its documentation, its mapping, its
 * sandbox. `wanted` is the name of a carrier that ships with the hub, or a path to a carrier's folder
 * or package. Rejects with the problem.
 */
export async function carrierSubject(
  wanted: string,
  settings: SubjectSettings,
  complain: (line: string) => void = () => {},
): Promise<ConformanceSubject> {
  const found = await findOwnAdapter(wanted, complain);
  const { adapter, home } = found;
  const { name } = adapter.manifest;
  return {
    ...(await staticSubject(found, settings.mappings)),
    sandbox: home.sandbox === null ? null : await loadSandbox({ name, path: home.sandbox }),
    elsewhere: (zone, payloads) => outcomesElsewhere(home.entry, zone, payloads, settings.env),
  };
}

/** Reads the payloads in another process, whose machine is in that time zone. */
async function outcomesElsewhere(
  entry: string,
  zone: string,
  payloads: readonly Payload[],
  env: NodeJS.ProcessEnv,
): Promise<readonly ParseOutcome[]> {
  const bin = shippedFile('bin/waybill.js');
  const child = spawn(process.execPath, [bin, 'carrier', 'outcomes', entry], {
    env: { ...env, TZ: zone },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: ELSEWHERE_MS_MAX,
  });
  const [out, complaint] = [collectText(child.stdout), collectText(child.stderr)];
  child.stdin.on('error', () => {}); // The process ended early, as its exit code shows.
  child.stdin.end(JSON.stringify(payloads));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`parsing in zone ${zone} exited with ${code}: ${complaint()}`);
  const outcomes: unknown = JSON.parse(out());
  return Array.isArray(outcomes) ? outcomes : [];
}

function collectText(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
