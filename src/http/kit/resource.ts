import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, Problem } from '../../kernel/errors.ts';
import { isUuid } from '../../kernel/ids.ts';
import { uuidOfWireId, type WireKind } from '../../kernel/wire/wire-ids.ts';
import type { Answer } from './answer.ts';
import { Aborted } from './bodies/json-body.ts';
import { type MerchantApi, type MerchantCall, merchantRoute } from './merchant-route.ts';
import type { BodyOf, Operation, QueryOf, Tag } from './operation.ts';
import type { RequestContext, Route } from './route.ts';

/** An operation without the members its resource sets for all. */
type Described = Omit<Operation, 'tag'> & { readonly tag?: Tag };

/** A request as its gate passes it on. */
interface Admitted {
  readonly param: (name: string) => string;
}

/** A checked request, with additions of its resource. */
type ResourceCall<
  O extends Pick<Operation, 'body' | 'query'>,
  From extends Admitted = MerchantCall<Operation>,
> = Omit<From, 'body' | 'query'> & {
  readonly query: From extends { readonly query: unknown } ? QueryOf<O> : never;
  readonly body: From extends { readonly body: unknown } ? BodyOf<O> : never;
  /** The UUID that the path's `id` stands for. Throws `Problem` (404) for anything else. */
  readonly id: string;
  /** The 404 of this resource. */
  readonly missing: () => Problem;
  /** The given value. Throws `Problem` (404) when it is absent. */
  found<Value>(value: Value): Exclude<Value, null | undefined | false>;
};

type Descriptions = Readonly<Record<string, Described>>;

type Handlers<Operations extends Descriptions, From extends Admitted, Result> = {
  readonly [Name in keyof Operations]: (
    call: ResourceCall<Operations[Name] & Operation, From>,
  ) => Result | Promise<Result>;
};

interface Resource<Api, Deps, Operations extends Descriptions = Descriptions> {
  /** In the order the docs list them. */
  readonly operations: readonly Operation[];
  /** One of them by its name, for code that serves it to further callers. */
  operation<Name extends keyof Operations>(name: Name): Operations[Name] & Operation;
  routes(api: Api, deps: Deps): readonly Route[];
}

/** Checks requests before the handler gets them: who calls, and what is sent. */
type Gate<Api, From, Result> = (
  api: Api,
  operation: Operation,
  handle: (call: From) => Promise<Result>,
) => Route;

interface About {
  /** As a 404 names it. */
  readonly noun: string;
  /** Of the operations that name none themselves. */
  readonly tag: Tag;
  /** The prefix of its ids; absent: they are bare UUIDs. */
  readonly ids?: WireKind;
}

/**
 * `resource` for one kind of caller: merchants, operators or couriers' devices.
 *
 * @param where what holds the resources, as in `requests.resourceNotFound`.
 */
export function resourcesBehind<Api, From extends Admitted, Result = Answer>(
  gate: Gate<Api, From, Result>,
  where = 'hub',
) {
  return function resource<const Operations extends Descriptions, Deps>(
    { noun, tag, ids }: About,
    described: Operations,
    handlersOf: (deps: Deps) => Handlers<Operations, From, Result>,
  ): Resource<Api, Deps, Operations> {
    const missing = () =>
      new Problem('not_found', {
        'requests.resourceNotFound': { noun: noun.replaceAll(' ', '_'), where },
      });
    const found = <Value>(value: Value) => {
      if (value === null || value === undefined || value === false) throw missing();
      return value as Exclude<Value, null | undefined | false>;
    };
    /**
     * An operation with the resource's tag; with `:id` in its path, also that parameter and a 404.
     */
    const withDefaults = <O extends Described>(each: O): O & Operation => {
      return { tag, ...each, ...(each.path.includes(':id') && membersOfIdPath(noun, each)) };
    };
    return {
      operations: Object.values<Described>(described).map(withDefaults),
      operation: (name) => withDefaults(described[name]),
      routes(api, deps) {
        const handlers = handlersOf(deps);
        const routeOf = <Name extends keyof Operations>(name: Name) => {
          const handle = handlers[name];
          return gate(api, withDefaults(described[name]), async (admitted) => {
            const call = {
              ...admitted,
              missing,
              found,
              get id() {
                return found(uuidOf(admitted.param('id'), ids));
              },
            };
            return handle(call as typeof call & Parameters<typeof handle>[0]);
          });
        };
        return Object.keys(described).map(routeOf);
      },
    };
  };
}

/**
 * One resource of the API: its operations, and a handler for each. An operation without a handler
 * is a type error, and so is the opposite. A path with `:id` names one thing and may answer 404.
 *
 * @example
 * export const apiKeys = resource(
 *   { noun: 'API key', tag: 'API keys' },
 *   { list: { id: 'listApiKeys', method: 'GET', path: '/api-keys', … } },
 *   (keys: ApiKeysDeps) => ({ list: async ({ tenant }) => ({ status: 200, body: … }) }),
 * );
 */
export const resource = resourcesBehind<MerchantApi, MerchantCall<Operation>>(merchantRoute, 'key');

/** A request as it arrived. */
export interface RawCall extends Admitted {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly context: RequestContext;
}

/**
 * A resource whose handlers check their requests and write their responses themselves: streams, and
 * requests too frequent for anything else.
 */
export const rawResource = resourcesBehind<null, RawCall, void>(
  (_, { method, path, hot = false }, handle) => ({
    method,
    path,
    hot,
    async handler(request, response, context) {
      try {
        const param = (name: string) => context.params[name] ?? '';
        await handle({ request, response, context, param });
      } catch (error) {
        if (!(error instanceof Aborted)) throw error;
        response.destroy();
      }
    },
  }),
);

function membersOfIdPath(noun: string, { params, errors = [] }: Described) {
  const more: readonly ErrorCode[] = ['not_found'];
  return { params: { id: `The ${noun}.`, ...params }, errors: [...more, ...errors] };
}

function uuidOf(text: string, kind: WireKind | undefined): string | null {
  if (kind !== undefined) return uuidOfWireId(kind, text);
  return isUuid(text) ? text.toLowerCase() : null;
}
