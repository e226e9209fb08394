import { createReadStream } from 'node:fs';
import { lstat, readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';
import { READ_STATUSES } from '../../kernel/status.ts';
import { buildMapping } from '../mapping/mapping.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import type { Mapping, MappingRule } from '../mapping/rule.ts';
import { FILE_CHARS_MAX } from './yaml-source.ts';

/** Codes as pairs, because a JSON store may reorder the members of an object. */
const pairs = z.array(z.tuple([z.string(), z.string()]));

const rule = z.object({
  match: pairs,
  status: z.enum([...READ_STATUSES]),
  reason: z.string().optional(),
  milestone: z.string().optional(),
  text: z.string().optional(),
  logical: z.literal(true).optional(),
  hidden: z.literal(true).optional(),
  reviewed: z.literal(false).optional(),
  /** Index in `files`. */
  file: z.int().min(0),
  line: z.int().min(0),
});

const content = z.object({
  format: z.literal(1),
  carrier: z.object({
    name: z.string(),
    match_keys: z.array(z.string()),
    match_order: z.array(z.array(z.string())),
    corrections: z.array(pairs),
    return_cancelled: z.array(pairs),
  }),
  files: z.array(z.string()),
  rules: z.array(rule),
});

/** A mapping as JSON. */
export type MappingContent = z.infer<typeof content>;

/**
 * A complete mapping as JSON: its rules with their places, and the adapter's data on the carrier at
 * that time, so that it always reads as it did then. `mappingFrom` restores it.
 */
export function contentOf({ carrier, rules }: Mapping): MappingContent {
  const files = [...new Set(rules.map(({ file }) => file))];
  const placeOf = new Map(files.map((file, nr) => [file, nr]));
  return {
    format: 1,
    carrier: {
      name: carrier.name,
      match_keys: [...carrier.matchKeys],
      match_order: carrier.matchOrder.map((keys) => [...keys]),
      corrections: carrier.corrections.map(toPairs),
      return_cancelled: carrier.returnCancelled.map(toPairs),
    },
    files,
    rules: rules.map((each) => ({
      match: toPairs(each.match),
      status: each.status,
      ...(each.reason === null ? {} : { reason: each.reason }),
      ...(each.milestone === null ? {} : { milestone: each.milestone }),
      ...(each.text === null ? {} : { text: each.text }),
      ...(each.logical ? { logical: true as const } : {}),
      ...(each.hidden ? { hidden: true as const } : {}),
      ...(each.reviewed ? {} : { reviewed: false as const }),
      file: placeOf.get(each.file) ?? 0,
      line: each.line,
    })),
  };
}

/** The mapping that `contentOf` was given, with the same version; null for anything else. */
export function mappingFrom(value: unknown): Mapping | null {
  const read = content.safeParse(value);
  if (!read.success) return null;
  const { carrier, files, rules } = read.data;
  return buildMapping(
    {
      name: carrier.name,
      matchKeys: carrier.match_keys,
      matchOrder: carrier.match_order,
      corrections: carrier.corrections.map((each) => Object.fromEntries(each)),
      returnCancelled: carrier.return_cancelled.map((each) => Object.fromEntries(each)),
    },
    rules.map(
      (each): MappingRule => ({
        match: Object.fromEntries(each.match),
        status: each.status,
        reason: each.reason ?? null,
        milestone: each.milestone ?? null,
        text: each.text ?? null,
        logical: each.logical ?? false,
        hidden: each.hidden ?? false,
        reviewed: each.reviewed ?? true,
        file: files[each.file] ?? '',
        line: each.line,
      }),
    ),
  );
}

function toPairs(codes: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(codes);
}

/** A mapping file's text, its absence, or why it cannot be read. */
export type MappingText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly problem: MappingProblem };

/** A character takes at most four bytes. */
const FILE_BYTES_MAX = 4 * FILE_CHARS_MAX;

/**
 * Reads a mapping file; never rejects. An unreadable file (no permission, a folder, a dangling
 * link, not UTF-8) is distinguished from an absent one: removing an overlay removes its rules, but
 * a temporary disk failure must not. A byte order mark is removed.
 */
export async function readMappingText(file: string): Promise<MappingText> {
  const unreadable = (found: string, fix: string, line = 0): MappingText => ({
    kind: 'unreadable',
    problem: { file, line, column: Math.min(line, 1), severity: 'error', found, fix },
  });
  try {
    const found = await stat(file);
    // Reading a pipe would wait for a writer, and block all other files.
    if (!found.isFile()) return unreadable('This is not a regular file.', 'Put a text file here.');
    // Limited while reading, too: the file may grow meanwhile.
    const bytes = await buffer(createReadStream(file, { end: FILE_BYTES_MAX }));
    if (bytes.length > FILE_BYTES_MAX) {
      const size = `The file has ${Math.max(found.size, bytes.length)} bytes`;
      return unreadable(`${size}; the limit is ${FILE_BYTES_MAX}.`, 'Put a mapping here.');
    }
    const text = textOf(bytes);
    if (text !== null) return { kind: 'text', text };
    const line = bytes.toString('utf8').split('\ufffd', 1)[0]?.split('\n').length ?? 1;
    return unreadable('The file is not UTF-8 from this line on.', 'Save it as UTF-8.', line);
  } catch (error) {
    const code = codeOf(error);
    const isThere = await lstat(file).then(
      () => true,
      () => false,
    );
    if (!isThere && (code === 'ENOENT' || code === 'ENOTDIR')) return { kind: 'absent' };
    if (code === 'ENOENT') {
      return unreadable('The link is broken.', 'Fix the link, or remove it.');
    }
    return unreadable(`The file cannot be read (${code}).`, 'Give the hub permission to read it.');
  }
}

/** The text of a YAML file such as `config/messages/en.yaml`; rejects when it cannot be read. */
export async function readConfigFile(file: string): Promise<string> {
  return readFile(file, 'utf8');
}

/** Invalid UTF-8 would turn into other codes than those that were written. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
  return typeof code === 'string' ? code : 'unknown';
}
