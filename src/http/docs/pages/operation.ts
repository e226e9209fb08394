import type { DocSchema } from './schema-words.tsx';

/** An operation of the OpenAPI document, with the parts the page shows. */
export interface DocOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly DocParameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, DocMedia>> };
  readonly responses: Readonly<Record<string, DocResponse>>;
}

export interface DocParameter {
  readonly in: string;
  readonly name: string;
  readonly description?: string;
  readonly schema: DocSchema;
}

export interface DocMedia {
  readonly schema?: DocSchema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, unknown>>;
}

export interface DocResponse {
  readonly description: string;
  readonly content?: Readonly<Record<string, DocMedia>>;
}
