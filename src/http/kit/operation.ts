import type { z } from 'zod';
import type { ErrorCode } from '../../kernel/errors.ts';
import type { Scope } from '../../kernel/scopes.ts';
import type { ShedAsRead } from './refuse-shed.ts';
import type { Route } from './route.ts';

/**
 * One operation of the API as data: the server's checks, `/openapi.json`, `/docs` and
 * docs/openapi.json all use the same object.
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
  /** The scope a key needs; absent: no key needed. */
  readonly scope?: Scope;
  /** For couriers' device keys, and no merchant's key. */
  readonly device?: true;
  /** Also for device keys, limited to their courier. */
  readonly alsoDevice?: true;
  readonly hot?: boolean;
  /** It reads a lot at once, and is refused first under load; absent: it is not. */
  readonly shed?: ShedAsRead;
  /** Repeating it has no further effect, so it accepts no Idempotency-Key. */
  readonly repeatable?: true;
  /** Outside `/v1`, browsers get its answers and its 401, 404 and 429 as HTML; programs never do. */
  readonly pages?: boolean;
  /** Names and meanings of the path's parameters. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: z.ZodObject;
  /** Optional headers specific to this write, and their meanings. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Query members with caller-chosen keys, `name[key]=value`, and their meanings. */
  readonly keyedQuery?: Readonly<Record<string, string>>;
  readonly body?: z.ZodType;
  /** An absent body counts as `{}`. */
  readonly bodyOptional?: true;
  /** A body that is not JSON, instead of `body`. */
  readonly text?: TextBody;
  /** A binary body, such as a photo, instead of the two above. */
  readonly file?: FileBody;
  /** A form of fields and files, instead of the others. */
  readonly multipart?: MultipartBody;
  /** The handler itself parses the bytes of `body`, and `errors` lists its errors. */
  readonly raw?: true;
  /** Fields of a page's form, and their meanings; beside `body` when both are accepted. */
  readonly form?: Readonly<Record<string, string>>;
  /** The expected answers by status. */
  readonly answers: Readonly<Record<number, OperationAnswer>>;
  /** Errors beyond those common to operations of its kind. */
  readonly errors?: readonly ErrorCode[];
  /** An example body, for the docs. */
  readonly example?: unknown;
}

/** A text body, in UTF-8. */
export interface TextBody {
  readonly mediaType: string;
  readonly bytesMax: number;
  readonly description: string;
  readonly example: string;
}

/** A binary body, whose format is detected from its first bytes. */
export interface FileBody {
  readonly mediaTypes: readonly string[];
  readonly bytesMax: number;
  readonly description: string;
}

/** A form of fields and files. */
export interface MultipartBody {
  /** The name of its schema. */
  readonly id?: string;
  /** Of the whole form, which is held in memory. */
  readonly bytesMax: number;
  /** All are texts; the schema parses them. */
  readonly fields: z.ZodObject;
  readonly files: Readonly<
    Record<
      string,
      { readonly most: number; readonly bytesMax: number; readonly description: string }
    >
  >;
}

interface OperationAnswer {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** `application/json` when absent. */
  readonly mediaType?: string;
  /** Alternative media types, such as another file format; a media range if any is possible. */
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
  Shops: 'Your shops: the hub registers the parcels of their orders and writes statuses back.',
  'Delivery dates': 'When a parcel will arrive, and how certain that is.',
  'Events and webhooks':
    'Events as they happen: as signed webhooks to your URLs, or from a feed without gaps.',
  Exceptions:
    'Problems with parcels, as cases with a deadline and an outcome: delivery requests, addresses, evidence, claims, statistics.',
  Notifications:
    'Messages to your customers: when, by which channel, with which texts and branding.',
  'API keys': 'Your API keys.',
  'Identity providers':
    'Where your colleagues have accounts with which they sign in to the console (OpenID Connect).',
  Public: 'For anyone who knows a tracking number. Contains nothing personal and needs no key.',
  'Carrier webhooks':
    'Where carriers send their webhooks. Each carrier authenticates in its own way.',
  Operators:
    "Health, metrics and API descriptions. For operators' keys also dead letters, unknown codes and mappings of the whole installation.",
} as const;
/**
 * Pages and their files are operations too, so that tests check their responses; the docs do not
 * list them.
 */
export type Tag = keyof typeof TAGS | PageTag | CompatTag | AgentTag;
type PageTag = 'Page' | 'Console' | 'Desk';
/**
 * The drop-in APIs below `/compat`, and AfterShip's also at `/tracking/2026-07`; docs/compat
 * describes them.
 */
type CompatTag = 'Drop-in API';
/** MCP and the endpoints of OAuth, which docs/agents.md describes. */
type AgentTag = 'Agents';

/** Preserves the types of the schemas, so that handlers get parsed values. */
export function operation<const O extends Operation>(described: O): O {
  return described;
}

export type BodyOf<O extends Pick<Operation, 'body'>> = O['body'] extends z.ZodType
  ? z.output<O['body']>
  : undefined;
export type QueryOf<O extends Pick<Operation, 'query'>> = O['query'] extends z.ZodObject
  ? z.output<O['query']>
  : undefined;
