import EasyPostClient from '@easypost/api';

/**
 * EasyPost's official client. Its types describe the CommonJS bundle, whose class is a member;
 * Node gets the other one.
 */
const loaded: unknown = EasyPostClient;
export const EasyPost = loaded as typeof EasyPostClient.default;
export type EasyPost = InstanceType<typeof EasyPost>;
