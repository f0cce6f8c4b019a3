import type { HardwareEvent } from '../hardware/ports.ts';
import type { Alarms } from './alarms.ts';

/** Turns what the hardware says into standing alarms and their end. */
export function alarmOnEvent(event: HardwareEvent, alarms: Alarms): void {
  switch (event.type) {
    case 'up':
      // The driver has opened every relay and looked at the controller anew: what stood before is over.
      for (const name of ['controller', 'amplifier', 'relay'] as const) alarms.clear(name);
      break;
    case 'down':
      alarms.raise('controller', 'critical', event.refusal.message);
      break;
    case 'rebooted':
      alarms.raise('controller', 'warning', `it restarted: ${event.cause}`);
      break;
    case 'lease-lost':
      alarms.raise('controller', 'warning', 'its lease lapsed');
      break;
    case 'fault':
      alarms.raise('amplifier', 'critical', event.detail);
      break;
    case 'over-temperature':
    case 'override':
    case 'tamper':
      if (event.on) alarms.raise(event.type, 'warning', event.type);
      else alarms.clear(event.type);
  }
}
