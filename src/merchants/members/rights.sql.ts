import { FIRST_MERCHANT } from '../api-keys.ts';

/**
 * Joins what somebody may do now to a row `s` (a session, or what was allowed in one) and its
 * merchant `c`: the membership `m`, the operator `o` and the key `k`, and for `HAS_SECOND_STEP` the
 * factor `f`, the merchant's policy `p` and the provider `i`. A merchant's provider makes nobody an
 * operator. At the demo, a member has the role they have with the first merchant.
 */
export const RIGHTS = `left join lateral (
    select m.role, m.merchant_id from memberships m left join merchants f on f.id = m.merchant_id
    where m.user_id = s.user_id
      and (m.merchant_id = s.merchant_id
        or c.demo_state is not null and f.slug = '${FIRST_MERCHANT.slug}')
    order by m.merchant_id = s.merchant_id desc limit 1) m on true
  left join operators o on o.user_id = s.user_id and s.provider_id is null
  left join api_keys k on k.id = s.api_key_id and k.revoked_at is null
  left join member_factors f on f.user_id = s.user_id
  left join merchant_sign_in p on p.merchant_id = m.merchant_id
  left join identity_providers i on i.id = s.provider_id`;

/**
 * Whether a member or operator has the second step that the merchant requires. If a provider's step
 * is no longer accepted, what was opened with it lacks the step.
 */
export const HAS_SECOND_STEP = `case
    when s.vouched and i.vouches then true
    when s.vouched then f.confirmed_at is null and p.second_factor is not true
    else f.confirmed_at is not null or p.second_factor is not true
  end`;
