import { z } from 'zod';
import type { MerchantScope } from '../../../kernel/scopes.ts';
import type { ApiKey, ProgramActor } from '../../../merchants/index.ts';
import type { OperationInput } from '../../kit/in-process.ts';

/** An API key, or what somebody allowed a program, as tools see it. */
export interface AgentKey extends ApiKey {
  /** Whether answers may contain recipients' names and addresses. */
  readonly seesPeople: boolean;
  readonly actor: ProgramActor;
}

/** What tools work with during one call. */
export interface ToolCall {
  readonly key: AgentKey;
  /** Calls an operation of `/v1`. Throws `Problem`. */
  readonly run: (operation: string, input: OperationInput) => Promise<Json>;
  /** Records in the merchant's activity log that the tool has changed something. */
  readonly note: (subject: string | null) => Promise<void>;
  /** Without a trailing slash. */
  readonly publicUrl: string;
}

/** A JSON object whose members are read with `listOf`, `objectOf`, `pick` and `textOf`. */
export type Json = Readonly<Record<string, unknown>>;

/** A tool: what an assistant reads about it, and what it does. */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  /** The scope a key needs. A tool that writes needs it by name: `admin` does not include it. */
  readonly scope: MerchantScope;
  /** Whether it changes what others wrote, and does not only add. */
  readonly overwrites?: true;
  run(call: ToolCall, input: z.output<Input>): Promise<Json>;
}

/** Preserves the type of the input. */
export function tool<const Input extends z.ZodObject>(described: Tool<Input>): Tool {
  return described;
}

export function writes({ scope }: Pick<Tool, 'scope'>): boolean {
  return scope.endsWith(':write');
}

/** Whether a key may use a tool, or tools of this scope. */
export function mayUse({ scopes }: Pick<ApiKey, 'scopes'>, tool: Pick<Tool, 'scope'>): boolean {
  return scopes.includes(tool.scope) || (!writes(tool) && scopes.includes('admin'));
}

/** Members of a tool's input. */
export const word = (charsMax: number, description: string) =>
  z.string().min(1).max(charsMax).describe(description);

/** Maximum rows of one answer: an assistant reads all of it, at a price per word. */
const ROWS_MAX = 25;
export const rows = z.int().min(1).max(ROWS_MAX).default(10).describe('Maximum rows.');
export const cursor = word(2_000, 'The `next_cursor` of the previous page.').optional();

export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

export function objectOf(value: unknown): Json | null {
  return typeof value === 'object' && value !== null ? (value as Json) : null;
}

/** These members of an object, as they are. */
export function pick(from: Json | null, ...names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, from?.[name]]));
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
