import { apiKeys } from '../api/api-keys/routes.ts';
import { identityProviders } from '../api/identity-providers/routes.ts';
import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

/** Who may use a merchant's API and console. */
export const accessModule: HttpModule<Pick<HttpContext, 'keys' | 'providers' | 'publicUrl'>> = {
  operations: [...apiKeys.operations, ...identityProviders.operations],
  routes: (api, { keys, providers, publicUrl }) => [
    ...apiKeys.routes(api, keys),
    ...identityProviders.routes(api, { providers, publicUrl }),
  ],
};
