import { resource } from '../../../http/kit/resource.ts';
import {
  courierSettingsChange,
  courierSettingsSchema,
  type SettingsOfCouriers,
} from '../../couriers/index.ts';

const answers = {
  200: { description: 'What applies to your couriers.', schema: courierSettingsSchema },
};

/** A merchant's settings for its own couriers in one mode. */
export const courierSettingsResource = resource(
  { noun: 'setting', tag: 'Couriers' },
  {
    get: {
      id: 'getCourierSettings',
      method: 'GET',
      path: '/courier-settings',
      summary: 'Get the courier settings',
      scope: 'couriers:read',
      answers,
    },
    update: {
      id: 'updateCourierSettings',
      method: 'PATCH',
      path: '/courier-settings',
      summary: 'Update the courier settings',
      description: 'For the mode of the key. It takes effect within half a minute.',
      scope: 'couriers:write',
      body: courierSettingsChange,
      answers,
      example: { arriving: { minutes: 15, metres: 500 } },
    },
  },
  ({ settings }: { readonly settings: SettingsOfCouriers }) => ({
    get: async ({ tenant }) => ({
      status: 200,
      body: await settings.read(tenant),
    }),
    update: async ({ tenant, body }) => ({
      status: 200,
      body: await settings.change(tenant, body),
    }),
  }),
);
