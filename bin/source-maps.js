// Names sources in stack traces of the bundle. Node.js would read its source map at the start, which
// took a tenth of it; here the map is read when the first stack is printed.
import { readFileSync } from 'node:fs';
import { findSourceMap } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { SCRIPT } from './bundle.js';

const POSITION = /(file:\/\/.*):(\d+):(\d+)/;
const COMMA = 44;
const SEMICOLON = 59;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Decoded, the map takes 20 MB; errors come one at a time or many at once. */
const MAP_LIFETIME_MS = 60_000;

/** @param folder path of the bundle's folder. */
export function nameSourcesInStacks(folder) {
  const script = pathToFileURL(join(folder, SCRIPT)).href;
  let map;
  let forgetting;
  const sourceAt = (url, line, column) => {
    // Beside the bundle, only files that tsx has transpiled have a map.
    if (url !== script) return findSourceMap(url)?.findEntry(line - 1, column - 1);
    map ??= readMap(`${fileURLToPath(script)}.map.gz`);
    clearTimeout(forgetting);
    forgetting = setTimeout(() => {
      map = undefined;
    }, MAP_LIFETIME_MS).unref();
    return map(line - 1, column - 1);
  };
  const withSource = (frame) =>
    frame.replace(POSITION, (position, url, line, column) => {
      const found = sourceAt(url, Number(line), Number(column));
      if (found?.originalSource === undefined) return position;
      const { href } = new URL(found.originalSource, url);
      return `${href}:${found.originalLine + 1}:${found.originalColumn + 1}`;
    });
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames.map((frame) => `\n    at ${withSource(String(frame))}`);
    return String(error) + lines.join('');
  };
}

/**
 * Reads a source map several times faster than Node.js's `SourceMap`, which makes an object of each
 * of its 500,000 positions while every request waits.
 * @returns a function that finds the original of a position, which counts from 0; undefined if there
 * is none.
 */
function readMap(file) {
  let sources;
  let decoded;
  try {
    const map = JSON.parse(gunzipSync(readFileSync(file)));
    sources = map.sources;
    decoded = decode(map.mappings);
  } catch {
    return () => undefined; // The cache was cleared meanwhile, so the trace names the bundle.
  }
  const { rows, lines } = decoded;
  return (line, column) => {
    let row = lines[line];
    let end = lines[line + 1];
    if (row === undefined || row === end || rows[row] > column) return undefined;
    while (end - row > 4) {
      const middle = row + 4 * Math.floor((end - row) / 8);
      if (rows[middle] > column) end = middle;
      else row = middle;
    }
    const [, source, originalLine, originalColumn] = rows.subarray(row);
    return { originalSource: sources[source], originalLine, originalColumn };
  };
}

/**
 * Decodes the mappings of a source map: groups of base-64 digits, each the difference to the group
 * before (https://tc39.es/ecma426/#sec-mappings).
 * @returns rows of four numbers: column, source, original line, original column; and for each line
 * the index of its first row, with one more index at the end.
 */
function decode(mappings) {
  const valueOfCode = new Uint8Array(128);
  for (let digit = 0; digit < 64; digit += 1) valueOfCode[DIGITS.charCodeAt(digit)] = digit;
  // A row of four numbers takes four digits or more.
  const rows = new Int32Array(mappings.length);
  const lines = [0];
  const last = [0, 0, 0, 0, 0];
  let end = 0;
  let field = 0;
  let value = 0;
  let shift = 0;
  for (let at = 0; at <= mappings.length; at += 1) {
    const code = at === mappings.length ? SEMICOLON : mappings.charCodeAt(at);
    if (code !== COMMA && code !== SEMICOLON) {
      const digit = valueOfCode[code];
      value += (digit & 31) << shift;
      shift += 5;
      if (digit >= 32) continue;
      last[field] += value & 1 ? -(value >> 1) : value >> 1;
      field += 1;
      value = 0;
      shift = 0;
      continue;
    }
    if (field >= 4) {
      for (let index = 0; index < 4; index += 1) rows[end + index] = last[index];
      end += 4;
    }
    field = 0;
    if (code === COMMA) continue;
    last[0] = 0;
    lines.push(end);
  }
  return { rows: rows.slice(0, end), lines };
}
