import type { SettingsOfCouriers } from '../../../couriers/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { getCourierSettingsOperation, patchCourierSettingsOperation } from './operations.ts';

/** What a merchant sets for the own couriers of one mode. */
export function courierSettingsRoutes(
  api: MerchantApi,
  { settings }: { readonly settings: SettingsOfCouriers },
): readonly Route[] {
  return [
    merchantRoute(api, getCourierSettingsOperation, async ({ tenant }) => ({
      status: 200,
      body: await settings.read(tenant),
    })),
    merchantRoute(api, patchCourierSettingsOperation, async ({ tenant, body }) => ({
      status: 200,
      body: await settings.change(tenant, body),
    })),
  ];
}
