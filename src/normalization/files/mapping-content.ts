import * as z from 'zod';
import { READ_STATUSES } from '../../kernel/status.ts';
import { buildMapping } from '../mapping/mapping.ts';
import type { Mapping, MappingRule } from '../mapping/rule.ts';

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
  /** The index in `files`. */
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
 * Returns a complete mapping as JSON: its rules with their places, and the adapter's data on the
 * carrier at that time, so that it always reads as it did then. `mappingFrom` restores it.
 */
export function contentOf({ carrier, rules }: Mapping): MappingContent {
  const files = [...new Set(rules.map(({ file }) => file))];
  const placeOf = new Map(files.map((file, index) => [file, index]));
  return {
    format: 1,
    carrier: {
      name: carrier.name,
      match_keys: [...carrier.matchKeys],
      match_order: carrier.matchOrder.map((keys) => [...keys]),
      corrections: carrier.corrections.map(({ match }) => toPairs(match)),
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

/**
 * Returns the mapping that `contentOf` was given, with the same version; null for anything else.
 */
export function mappingFrom(value: unknown): Mapping | null {
  const read = content.safeParse(value);
  if (!read.success) return null;
  const { carrier, files, rules } = read.data;
  return buildMapping(
    {
      name: carrier.name,
      matchKeys: carrier.match_keys,
      matchOrder: carrier.match_order,
      corrections: carrier.corrections.map((each) => ({ match: Object.fromEntries(each) })),
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
