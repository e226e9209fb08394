import { MERCHANT_SCOPES, type MerchantScope } from '../../kernel/scopes.ts';

/** The roles of a merchant's members, from all permissions to read-only access. */
export const ROLES = ['owner', 'support', 'analyst', 'developer'] as const;
export type Role = (typeof ROLES)[number];

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

/** An operator's rights over all merchants and the hub itself; `write` includes `read`. */
export type OperatorPower = 'read' | 'write';

/** What somebody is to the merchant they look at. */
export interface Rights {
  /** Null: an operator who is not a member. */
  readonly role: Role | null;
  /** Null: not an operator. */
  readonly power: OperatorPower | null;
}

/**
 * Which roles may do what in the console. Every page and form names one of these, and nothing else
 * decides.
 */
const POWERS = {
  /** Parcels with their history. */
  'shipments:see': ROLES,
  /** Recipients: addresses, photos of doors, and search by mail, phone or name. */
  'people:see': ['owner', 'support', 'developer'],
  'shipments:change': ['owner', 'support'],
  /** Cases, with what recipients and couriers wrote about them. */
  'exceptions:see': ['owner', 'support', 'developer'],
  'shipments:export': ['owner', 'support', 'analyst'],
  /** Figures of all parcels together. */
  'analytics:see': ['owner', 'support', 'analyst'],
  /** Deliveries by own couriers: where couriers are, who received offers and why. */
  'dispatch:see': ['owner', 'support', 'developer'],
  /** Assigns deliveries, and pauses areas. */
  'dispatch:decide': ['owner', 'support'],
  'keys:manage': ['owner', 'developer'],
  'webhooks:manage': ['owner', 'developer'],
  /** Carrier accounts, senders of mails, the design of pages, and the setup. */
  'settings:manage': ['owner', 'developer'],
  'members:manage': ['owner'],
  'actions:see': ['owner'],
  /** A member's own password, merchant and mode. */
  'self:manage': ROLES,
  /** The hub itself: carriers' codes, dead letters and deliveries to all merchants' endpoints. */
  'hub:see': [],
  'hub:change': [],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type MemberPower = keyof typeof POWERS;

/** What operators with read-only rights may do. It does not include seeing recipients. */
const READ: readonly MemberPower[] = [
  'shipments:see',
  'exceptions:see',
  'analytics:see',
  'dispatch:see',
  'self:manage',
  'hub:see',
];

export function mayDo({ role, power }: Rights, needs: MemberPower): boolean {
  const allowed: readonly Role[] = POWERS[needs];
  const isMembers = role !== null && allowed.includes(role);
  return isMembers || power === 'write' || (power === 'read' && READ.includes(needs));
}

/** The desk permission needed to create a key with this scope. */
const SCOPE_POWERS: Readonly<Record<MerchantScope, MemberPower>> = {
  'shipments:read': 'people:see',
  'shipments:write': 'shipments:change',
  'scans:write': 'shipments:change',
  'couriers:read': 'dispatch:see',
  'couriers:write': 'dispatch:decide',
  'positions:write': 'dispatch:decide',
  'deliveries:read': 'dispatch:see',
  'deliveries:write': 'dispatch:decide',
  'accounts:read': 'settings:manage',
  'accounts:write': 'settings:manage',
  'webhooks:read': 'webhooks:manage',
  'webhooks:write': 'webhooks:manage',
  'notifications:read': 'settings:manage',
  'notifications:write': 'settings:manage',
  'exceptions:read': 'people:see',
  'exceptions:write': 'shipments:change',
  admin: 'members:manage',
};

/**
 * Returns the scopes that somebody may give to a merchant's key: nobody creates a key with more
 * permissions than their own.
 */
export function scopesOf(who: Rights): readonly MerchantScope[] {
  if (!mayDo(who, 'keys:manage')) return [];
  return MERCHANT_SCOPES.filter((scope) => mayDo(who, SCOPE_POWERS[scope]));
}
