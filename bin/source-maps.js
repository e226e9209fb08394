// Names sources in stack traces of joined files. Node.js would read every file's source map when it
// loads the file, which took a tenth of a start; here a map is read when a stack names its file.
import { readFileSync } from 'node:fs';
import { findSourceMap, SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const POSITION = /(file:\/\/.*):(\d+):(\d+)/;
/** By the URL of a joined file; null if it has none. */
const maps = new Map();

/** @param base URL of the folder with the joined files and their source maps. */
export function nameSourcesInStacks(base) {
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames.map((frame) => `\n    at ${withSource(String(frame), base)}`);
    return String(error) + lines.join('');
  };
}

function withSource(frame, base) {
  return frame.replace(POSITION, (position, url, line, column) => {
    if (!maps.has(url)) maps.set(url, mapOf(url, base));
    const found = maps.get(url)?.findEntry(line - 1, column - 1);
    if (found?.originalSource === undefined) return position;
    const { href } = new URL(found.originalSource, url);
    return `${href}:${found.originalLine + 1}:${found.originalColumn + 1}`;
  });
}

function mapOf(url, base) {
  // Beside the joined files, only those have one that tsx has transpiled.
  if (!url.startsWith(base)) return findSourceMap(url) ?? null;
  try {
    return new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${url}.map`), 'utf8')));
  } catch {
    return null; // The cache was cleared meanwhile, so the trace names the joined file.
  }
}
