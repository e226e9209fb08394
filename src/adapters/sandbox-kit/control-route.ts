import { z } from 'zod';
import type { Sandbox } from './create-sandbox.ts';

/** One route of the control API. The first match applies, and its groups are passed in. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: RegExp;
  readonly what: string;
  run(call: ControlCall): unknown | Promise<unknown>;
}

export interface ControlCall {
  readonly sandbox: Sandbox;
  readonly groups: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** Thrown for an impossible request; any other error is a bug. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
}

export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new Unusable(z.prettifyError(result.error));
}

/** Returns what was changed; throws `Unusable` if there was nothing to change. */
export function found<T>(value: T | null): T {
  if (value === null) throw new Unusable('there is no such thing');
  return value;
}

export function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
