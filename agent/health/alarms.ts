import type { Alarm, AlarmName } from '../../protocol/alarm.ts';
import { alarmNames, encodeAlarm } from '../../protocol/alarm.ts';
import { topics } from '../../protocol/topics.ts';
import type { StationClock } from '../clock/station-clock.ts';
import type { Message } from '../link/link.ts';
import type { Log } from '../log.ts';

export interface AlarmsOptions {
  readonly centre: string;
  readonly station: string;
  readonly stationClock: StationClock;
  readonly log: Log;
  /** Publishes retained, until the broker has it; may reject while the link is down, since every connect says all again. */
  readonly publish: (message: Message) => Promise<void>;
}

/** Standing faults: one retained message each, an empty one when it clears [P-50]. */
export class Alarms {
  readonly #options: AlarmsOptions;
  readonly #standing = new Map<AlarmName, Alarm>();
  /** Those of which a retained message may be out there: all at first, since an earlier life leaves no word. */
  readonly #tellings = new Map<AlarmName, object>(alarmNames.map((name) => [name, {}]));

  constructor(options: AlarmsOptions) {
    this.#options = options;
  }

  get standing(): readonly (readonly [AlarmName, Alarm])[] {
    return [...this.#standing];
  }

  raise(name: AlarmName, severity: Alarm['severity'], detail: string): void {
    const { stationClock, log } = this.#options;
    const text = printable(detail);
    const before = this.#standing.get(name);
    if (before?.detail === text && before.severity === severity) return;
    log('warn', 'alarm', { name, severity, detail: text });
    this.#standing.set(name, { since: before?.since ?? stationClock.instant(), severity, detail: text });
    this.#tell(name);
  }

  clear(name: AlarmName): void {
    if (!this.#standing.delete(name)) return;
    this.#options.log('info', 'alarm-cleared', { name });
    this.#tell(name);
  }

  /** On every connect: what stands, and the end of whatever may have stood before, for it may have gone unheard. */
  tellAll(): void {
    for (const name of this.#tellings.keys()) this.#tell(name);
  }

  #tell(name: AlarmName): void {
    const { centre, station, publish, log } = this.#options;
    const alarm = this.#standing.get(name);
    const telling = {};
    this.#tellings.set(name, telling);
    publish({ topic: topics.alarm(centre, station, name), payload: alarm ? encodeAlarm(alarm) : new Uint8Array() })
      .then(() => {
        if (alarm === undefined && this.#tellings.get(name) === telling) this.#tellings.delete(name);
      })
      .catch((error: unknown) => log('debug', 'alarm-not-told', { name, error }));
  }
}

/** Details come out of programs' complaints: no control characters, and not too long [P-23]. */
function printable(detail: string): string {
  const text = detail
    .normalize('NFC')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return text.slice(0, 500) || 'unknown';
}
