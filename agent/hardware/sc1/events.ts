import type { Sc1Event } from './frame.ts';

export type EventMeaning =
  | { readonly type: 'lease-lost' }
  | { readonly type: 'boot'; readonly boot: string; readonly cause: string }
  | { readonly type: 'condition'; readonly name: string; readonly on: boolean }
  /** A newer controller's: nothing we know how to act on. */
  | { readonly type: 'unknown' };

/** What an event of sc1 says. */
export function meaningOf({ event, data }: Sc1Event): EventMeaning {
  const [first = '', second = ''] = data;
  switch (event) {
    case 'LEASE_LOST':
      return { type: 'lease-lost' };
    case 'BOOT':
      return { type: 'boot', boot: first, cause: second };
    case 'FAULT':
      return { type: 'condition', name: first, on: second !== 'off' };
    case 'OVERTEMP':
    case 'OVERRIDE':
    case 'TAMPER':
      return { type: 'condition', name: event, on: first !== 'off' };
    default:
      return { type: 'unknown' };
  }
}
