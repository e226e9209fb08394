import { type ErrorCode, Problem } from '../../kernel/errors.ts';
import { isUuid } from '../../kernel/ids.ts';
import type { Answer } from './answer.ts';
import { type MerchantApi, type MerchantCall, merchantRoute } from './merchant-route.ts';
import type { Operation, Tag } from './operation.ts';
import type { Route } from './route.ts';

/** An operation without the members its resource sets for all. */
type Described = Omit<Operation, 'tag'>;

/** A checked request, with additions of its resource. */
export interface ResourceCall<O extends Pick<Operation, 'body' | 'query'>> extends MerchantCall<O> {
  /** The path's `id` as a UUID in lower case. Throws `Problem` (404) for anything else. */
  readonly id: string;
  /** The 404 of this resource. */
  readonly missing: () => Problem;
  /** The given value. Throws `Problem` (404) when it is absent. */
  found<Value>(value: Value): Exclude<Value, null | undefined | false>;
}

type Handlers<Operations extends Readonly<Record<string, Described>>> = {
  readonly [Name in keyof Operations]: (
    call: ResourceCall<Operations[Name] & Operation>,
  ) => Answer | Promise<Answer>;
};

export interface Resource<Deps> {
  /** In the order the docs list them. */
  readonly operations: readonly Operation[];
  routes(api: MerchantApi, deps: Deps): readonly Route[];
}

/**
 * One resource of the API: its operations, and a handler for each. An operation without a handler
 * is a type error, and so is the opposite. A path with `:id` names one thing and may answer 404.
 *
 * @param noun as a 404 names it
 * @example
 * export const apiKeys = resource(
 *   { noun: 'API key', tag: 'API keys' },
 *   { list: { id: 'listApiKeys', method: 'GET', path: '/api-keys', … } },
 *   (keys: ApiKeysDeps) => ({ list: async ({ tenant }) => ({ status: 200, body: … }) }),
 * );
 */
export function resource<const Operations extends Readonly<Record<string, Described>>, Deps>(
  { noun, tag }: { readonly noun: string; readonly tag: Tag },
  described: Operations,
  handlersOf: (deps: Deps) => Handlers<Operations>,
  bind: typeof merchantRoute = merchantRoute,
): Resource<Deps> {
  const missing = () => new Problem('not_found', `There is no such ${noun} under this key.`);
  const found: ResourceCall<Operation>['found'] = <Value>(value: Value) => {
    if (value === null || value === undefined || value === false) throw missing();
    return value as Exclude<Value, null | undefined | false>;
  };
  const whole = <O extends Described>(each: O): O & Operation => {
    return { tag, ...each, ...(each.path.includes(':id') && ofOne(noun, each)) };
  };
  return {
    operations: Object.values<Described>(described).map(whole),
    routes(api, deps) {
      const handlers = handlersOf(deps);
      const routeOf = <Name extends keyof Operations>(name: Name) => {
        const operation: Operations[Name] & Operation = whole(described[name]);
        const handle = handlers[name];
        return bind(api, operation, async (call) =>
          handle({
            ...call,
            missing,
            found,
            get id() {
              const id = call.param('id').toLowerCase();
              if (!isUuid(id)) throw missing();
              return id;
            },
          }),
        );
      };
      return Object.keys(described).map(routeOf);
    },
  };
}

function ofOne(noun: string, { params, errors = [] }: Described) {
  const more: readonly ErrorCode[] = ['not_found'];
  return { params: { id: `The ${noun}.`, ...params }, errors: [...more, ...errors] };
}
