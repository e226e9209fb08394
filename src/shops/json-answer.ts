import { z } from 'zod';
import { parseJsonOrNull } from '../kernel/wire/loose.ts';
import type { ShopAnswer } from './contract.ts';
import { ShopFailure, unreadableAnswer } from './shop-failure.ts';

/** Null if the shop answers with one of these statuses. */
export async function unlessStatus<Value>(
  statuses: readonly number[],
  asked: Promise<Value>,
): Promise<Value | null> {
  try {
    return await asked;
  } catch (error) {
    const isExpected = error instanceof ShopFailure && statuses.includes(error.status ?? 0);
    if (isExpected) return null;
    throw error;
  }
}

/** Reads an answer in JSON. Throws `ShopFailure` for anything else. */
export function jsonIn({ text }: ShopAnswer): unknown {
  const json = parseJsonOrNull(text);
  if (json === null) throw unreadableAnswer();
  return json.value;
}

/** Reads what has to be in an answer. Throws `ShopFailure` for anything else. */
export function readAs<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const read = schema.safeParse(value);
  if (!read.success) throw unreadableAnswer();
  return read.data;
}

/** What a shop answers to credentials, or to a code. */
export const grantedToken = z.object({ access_token: z.string().regex(/^[\x21-\x7e]{1,4096}$/) });

/** Reads an answer that is a list in JSON. */
export function listIn(answer: ShopAnswer): readonly unknown[] {
  return readAs(z.array(z.unknown()), jsonIn(answer));
}
