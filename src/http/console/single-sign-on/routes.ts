import type { Route } from '../../kit/route.ts';
import type { DeskDeps } from '../kit/visit.ts';
import { beginSignOnRoutes } from './begin-routes.tsx';
import { endSignOnRoute } from './end-routes.ts';
import { connectionRoutes } from './own-routes.tsx';
import { providerRoutes } from './settings.tsx';

/** Sign-in with external accounts (OpenID Connect). */
export function signOnRoutes(deps: DeskDeps): readonly Route[] {
  return [
    ...beginSignOnRoutes(deps),
    endSignOnRoute(deps),
    ...connectionRoutes(deps),
    ...providerRoutes(deps),
  ];
}
