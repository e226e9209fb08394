import { greedyPolicy } from './greedy.ts';
import type { DispatchPolicy } from './policy.ts';
import { rollingPolicy } from './rolling/rolling.ts';

/** The available policies by name. Policies keep no state between days: each day gets a new one. */
export const POLICIES = {
  rolling: () => rollingPolicy(),
  greedy: () => greedyPolicy(),
} as const satisfies Readonly<Record<string, () => DispatchPolicy>>;

export type PolicyName = keyof typeof POLICIES;
