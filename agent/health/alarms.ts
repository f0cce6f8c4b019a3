import type { Alarm, AlarmName } from '../../protocol/alarm.ts';
import { alarmNames, encodeAlarm } from '../../protocol/alarm.ts';
import { topics } from '../../protocol/topics.ts';
import type { Journal } from '../book/journal.ts';
import type { StationClock } from '../clock/station-clock.ts';
import type { Message } from '../link/link.ts';
import type { Log } from '../log.ts';

export interface AlarmsOptions {
  readonly centre: string;
  readonly station: string;
  readonly journal: Journal;
  readonly stationClock: StationClock;
  readonly log: Log;
  /** Publishes retained; may fail while the link is down, since every connect says all again. */
  readonly publish: (message: Message) => void;
}

/** Standing faults: one retained message each, an empty one when it clears [P-50]. */
export class Alarms {
  readonly #options: AlarmsOptions;
  readonly #standing = new Map<AlarmName, Alarm>();
  #stoodBefore: Set<string>;

  constructor(options: AlarmsOptions) {
    this.#options = options;
    this.#stoodBefore = new Set((options.journal.facts.get('alarms') ?? '').split(',').filter(Boolean));
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
    this.#stoodBefore.add(name);
    this.#standing.set(name, { since: before?.since ?? stationClock.instant(), severity, detail: text });
    this.#remember();
    this.#tell(name);
  }

  clear(name: AlarmName): void {
    if (!this.#standing.delete(name)) return;
    this.#options.log('info', 'alarm-cleared', { name });
    this.#tell(name);
  }

  /** On every connect: what stands, and the end of whatever stood before, for it may have gone unheard. */
  tellAll(): void {
    for (const name of alarmNames) {
      if (this.#standing.has(name) || this.#stoodBefore.has(name)) this.#tell(name);
    }
  }

  #tell(name: AlarmName): void {
    const { centre, station, publish } = this.#options;
    const alarm = this.#standing.get(name);
    publish({ topic: topics.alarm(centre, station, name), payload: alarm ? encodeAlarm(alarm) : new Uint8Array() });
  }

  /** Which retained messages may be out there, ours to clear even after a restart. */
  #remember(): void {
    const names = [...this.#stoodBefore].sort().join(',');
    const { journal, log } = this.#options;
    journal
      .commit(() => ((journal.facts.get('alarms') ?? '') === names ? undefined : { facts: { alarms: names } }))
      .catch((error: unknown) => log('error', 'journal-write-failed', { error }));
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
