import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBaseline } from '../load/baseline-process.ts';

/** The headers that every Node.js server sets itself. */
const OWN_HEADERS = new Set(['date', 'connection', 'keep-alive', 'x-request-id']);

/** Starts a bare server that answers these paths with the same bytes as the hub. */
export async function startSameBytes(
  hub: URL,
  paths: readonly string[],
  headers: Readonly<Record<string, string>>,
  folder: string,
) {
  const answers: unknown[] = [];
  for (const path of paths) {
    const response = await fetch(new URL(path, hub), { headers });
    if (response.status !== 200) throw new Error(`${path} was answered ${response.status}`);
    const examples: [string, string][] = [];
    response.headers.forEach((value, name) => {
      if (!OWN_HEADERS.has(name)) examples.push([name, value]);
    });
    answers.push([path, await response.text(), Object.fromEntries(examples)]);
  }
  const file = join(folder, 'answers.json');
  writeFileSync(file, JSON.stringify(answers));
  return startBaseline('static-server.ts', { FILE: file });
}
