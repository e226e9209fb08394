/** What an API key may be allowed. `admin` includes all others and the keys themselves. */
export const SCOPES = [
  'shipments:read',
  'shipments:write',
  'accounts:read',
  'accounts:write',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];
