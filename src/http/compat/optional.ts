import { z } from 'zod';
import { paging } from '../kit/paged.ts';

/** A member that may be absent. Clients send an absent one as an empty text, too. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return emptyAsAbsent(schema.optional());
}

/** `limit` and `cursor` of a list's query, which may be empty like the other members. */
export function optionalPaging(limits: Parameters<typeof paging>[0]) {
  const { cursor, limit } = paging(limits);
  return { cursor: emptyAsAbsent(cursor), limit: emptyAsAbsent(limit) };
}

function emptyAsAbsent<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema);
}
