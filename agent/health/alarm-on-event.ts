import type { HardwareEvent } from '../hardware/ports.ts';
import type { Alarms } from './alarms.ts';

/** Turns what the hardware says into standing alarms and their end. */
export function alarmOnEvent(event: HardwareEvent, alarms: Alarms): void {
  switch (event.type) {
    case 'up':
      alarms.clear('controller');
      break;
    case 'down':
      alarms.raise('controller', 'critical', event.refusal.message);
      break;
    case 'rebooted':
      alarms.raise('controller', 'warning', `it restarted: ${event.cause}`);
      break;
    case 'lease-lost':
      // It did what it is for, and nothing stands: the airing that it ended is reported.
      break;
    case 'fault':
      if (event.on) alarms.raise('amplifier', 'critical', event.detail);
      else alarms.clear('amplifier');
      break;
    case 'relay':
      if (event.on) alarms.raise('relay', 'critical', event.detail);
      else alarms.clear('relay');
      break;
    // The local stop says so itself.
    case 'override':
      break;
    case 'over-temperature':
    case 'tamper':
      if (event.on) alarms.raise(event.type, 'warning', event.type);
      else alarms.clear(event.type);
  }
}
