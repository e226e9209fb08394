import { greedyPolicy } from './greedy.ts';
import type { DispatchPolicy } from './policy.ts';
import { rollingPolicy } from './rolling/rolling.ts';

/** The policies to choose from, by name. A policy keeps nothing between days: each gets its own. */
export const POLICIES = {
  rolling: () => rollingPolicy(),
  greedy: () => greedyPolicy(),
} as const satisfies Readonly<Record<string, () => DispatchPolicy>>;

export type PolicyName = keyof typeof POLICIES;
