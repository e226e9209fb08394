import type { z } from 'zod';
import type { ErrorCode } from '../../kernel/errors.ts';
import type { Scope } from '../../kernel/scopes.ts';
import type { ShedAsRead } from './refuse-shed.ts';
import type { Route } from './route.ts';

/**
 * One operation of the API as data: what the server checks and what `/openapi.json`, `/docs` and
 * docs/openapi.json say are the same object.
 */
export interface Operation {
  /** Unique, camel case. */
  readonly id: string;
  readonly method: Route['method'];
  /** `/shipments/:id` */
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** The scope a key needs; absent: no key at all. */
  readonly scope?: Scope;
  /** Opened by a courier's device key, and by no merchant's. */
  readonly device?: true;
  /** A device key opens it, too, for what concerns its courier. */
  readonly alsoDevice?: true;
  readonly hot?: boolean;
  /** It reads a lot at once, and is refused first while there is too much to do; absent: it is not. */
  readonly shed?: ShedAsRead;
  /** Sent again it changes nothing by itself, and takes no Idempotency-Key. */
  readonly repeatable?: true;
  /** Outside `/v1` people get its answers and its 404 and 429 as HTML; programs never do. */
  readonly pages?: boolean;
  /** Without `/v1`, the same path is a page of the console. */
  readonly console?: true;
  /** Names and meanings of the path's parameters. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: z.ZodObject;
  /** Headers that a write of its own takes, and what they mean; none is required. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Query members with keys of the caller's own, `name[key]=value`, and what they mean. */
  readonly keyedQuery?: Readonly<Record<string, string>>;
  readonly body?: z.ZodType;
  /** No body at all counts as `{}`. */
  readonly bodyOptional?: true;
  /** A body that is no JSON; then there is no `body`. */
  readonly text?: TextBody;
  /** A body of bytes, such as a photo; then there is neither of the others. */
  readonly file?: FileBody;
  /** A form of fields and files; then there is none of the others. */
  readonly multipart?: MultipartBody;
  /** The bytes of `body` are read by the handler itself, and `errors` says what it refuses. */
  readonly raw?: true;
  /** Fields of a page's form, and what they mean; beside `body` where both are taken. */
  readonly form?: Readonly<Record<string, string>>;
  /** By status: the expected answers. */
  readonly answers: Readonly<Record<number, OperationAnswer>>;
  /** Refusals beyond those that any operation of its kind may give. */
  readonly errors?: readonly ErrorCode[];
  /** A body to copy, for the docs. */
  readonly example?: unknown;
}

/** A body of text, in UTF-8. */
export interface TextBody {
  readonly mediaType: string;
  readonly bytesMax: number;
  readonly description: string;
  readonly example: string;
}

/** A body of bytes, whose form its own beginning tells. */
export interface FileBody {
  readonly mediaTypes: readonly string[];
  readonly bytesMax: number;
  readonly description: string;
}

/** A form of fields and files. */
export interface MultipartBody {
  /** The name of its schema. */
  readonly id?: string;
  /** Of the whole form: it lies in memory. */
  readonly bytesMax: number;
  /** Each is a text; what it means the schema reads. */
  readonly fields: z.ZodObject;
  readonly files: Readonly<
    Record<
      string,
      { readonly most: number; readonly bytesMax: number; readonly description: string }
    >
  >;
}

export interface OperationAnswer {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** `application/json` when absent. */
  readonly mediaType?: string;
  /** What it also comes as, such as a file of another kind; a media range, where any may come. */
  readonly otherTypes?: readonly string[];
}

export const TAGS = {
  Shipments: 'The parcels you track, with their status and history.',
  'Own couriers': 'Parcels that you deliver yourself: their scans, and the devices that send them.',
  Deliveries:
    'What your own couriers fetch and bring, now or at a time: who is asked, who takes it, where it is.',
  Couriers:
    'Your couriers, their shifts and phones, the parcels on their routes, and who has which parcel.',
  "Drivers' app":
    'What the app on a courier’s phone talks to, with the key it gets by enrolling. docs/driver-api.md describes it.',
  Facilities:
    "The buildings that parcels pass through: the installation's and your own. They name an event's place and supply its time zone if the carrier gives none.",
  Carriers: "The installation's carriers, your accounts with them, and carrier detection.",
  'Delivery dates': 'When a parcel will arrive, and how certain that is.',
  'Events and webhooks':
    'Events as they happen: as signed webhooks to your URLs, or from a feed without gaps.',
  Exceptions:
    'Problems with parcels, as cases with a deadline and an outcome: delivery requests, addresses, evidence, claims, statistics.',
  Notifications:
    'Messages to your customers: when, by which channel, with which texts and branding.',
  'API keys': 'Your API keys.',
  'Identity providers':
    'Where your colleagues have accounts with which they sign in at the desk (OpenID Connect).',
  Public: 'For anyone who knows a tracking number. Contains nothing personal and needs no key.',
  'Carrier webhooks':
    'Where carriers send their webhooks. Each carrier authenticates in its own way.',
  Operators:
    "Health, metrics and API descriptions. For operators' keys also dead letters, unknown codes and mappings of the whole installation.",
} as const;
/** Pages and their files are operations, too, so that their answers are checked; the docs do not list them. */
export type Tag = keyof typeof TAGS | PageTag;
export type PageTag = 'Page' | 'Console' | 'Desk';

/** Keeps the types of the schemas, so that handlers get what was parsed. */
export function operation<const O extends Operation>(described: O): O {
  return described;
}

export type BodyOf<O extends Pick<Operation, 'body'>> = O['body'] extends z.ZodType
  ? z.output<O['body']>
  : undefined;
export type QueryOf<O extends Pick<Operation, 'query'>> = O['query'] extends z.ZodObject
  ? z.output<O['query']>
  : undefined;
