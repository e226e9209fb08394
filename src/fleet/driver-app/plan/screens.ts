import { OUTCOMES, type Outcome } from './delivery-plan.ts';

/** The courier's location in the app; the part of the URL after `#`. */
export type Screen =
  | { readonly name: 'stops' | 'load' | 'queue' | 'settings' | 'hand-in' | 'offers' }
  | { readonly name: 'enrol'; readonly code: string }
  | { readonly name: 'stop'; readonly stopId: string }
  | { readonly name: 'door'; readonly stopId: string; readonly outcome: Outcome }
  | {
      readonly name: 'card';
      readonly stopId: string;
      readonly outcome: Outcome;
      /** The neighbour who has the parcel; empty: none. */
      readonly neighbour: string;
    };

export const SECTIONS = ['stops', 'load', 'queue', 'settings'] as const;

/** An unknown address gives the stops. */
export function screenOf(hash: string): Screen {
  const text = hash.replace(/^#\/?/, '');
  const enrol = /^enrol(?:=([A-Za-z0-9-]{0,64}))?$/.exec(text);
  if (enrol !== null) return { name: 'enrol', code: enrol[1] ?? '' };
  const [name, stopId = '', what, last, neighbour = ''] = text.split('/');
  const outcome = OUTCOMES.find((each) => each === last);
  if (name === 'stop' && what === undefined) return { name: 'stop', stopId };
  if (name === 'stop' && outcome !== undefined) {
    if (what === 'door') return { name: 'door', stopId, outcome };
    if (what === 'card') return { name: 'card', stopId, outcome, neighbour: decoded(neighbour) };
  }
  if (name === 'hand-in' || name === 'offers') return { name };
  return { name: SECTIONS.find((each) => each === name) ?? 'stops' };
}

export function hashOf(screen: Screen): string {
  switch (screen.name) {
    case 'enrol':
      return `#enrol${screen.code === '' ? '' : `=${screen.code}`}`;
    case 'stop':
      return `#/stop/${screen.stopId}`;
    case 'door':
      return `#/stop/${screen.stopId}/door/${screen.outcome}`;
    case 'card':
      return `#/stop/${screen.stopId}/card/${screen.outcome}/${encodeURIComponent(screen.neighbour)}`;
    default:
      return `#/${screen.name}`;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
