import type { SandboxPlace } from '../../../adapter-kit/sandbox.ts';

/** Places scans are made at, with the zone their times are written in. */
const place = (
  city: string,
  region: string,
  postalCode: string,
  zone: string,
  facility: string,
  country = 'US',
): SandboxPlace => ({ city, region, postalCode, country, zone, facility });

export const SPOKANE = place('SPOKANE', 'WA', '99217', 'America/Los_Angeles', '0992');
export const PORTLAND = place('PORTLAND', 'OR', '97218', 'America/Los_Angeles', '0972');
export const DENVER = place('HENDERSON', 'CO', '80640', 'America/Denver', '0806');
export const MEMPHIS = place('MEMPHIS', 'TN', '38118', 'America/Chicago', '0381');
export const NASHVILLE = place('NASHVILLE', 'TN', '37207', 'America/Chicago', '0371');
export const KNOXVILLE = place('KNOXVILLE', 'TN', '37921', 'America/New_York', '0379');
export const KINGSPORT = place('KINGSPORT', 'TN', '37663', 'America/New_York', '0376');
export const NORTON = place('Norton', 'VA', '24273', 'America/New_York', '0242');
export const CHARLOTTE = place('CHARLOTTE', 'NC', '28209', 'America/New_York', '0282');
export const PHOENIX = place('PHOENIX', 'AZ', '85034', 'America/Phoenix', '0850');
export const TORONTO = place('MISSISSAUGA', 'ON', 'L5T1V9', 'America/Toronto', 'YYZA', 'CA');
