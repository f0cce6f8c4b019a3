import type { Evidence, Grade } from '../../protocol/report.ts';
import { msOfSamples } from '../audio/format.ts';
import type { Meter } from '../audio/meter.ts';
import { SILENCE_DB } from '../audio/meter.ts';
import type { OutputLevel, Readback, ZoneReading } from '../hardware/ports.ts';

/** Below this an amplifier's output is its own noise. */
const AUDIBLE_DB = -60;

/**
 * Gathers proof while an airing goes on, and says how far it reaches. What the hardware cannot tell stays unknown; one
 * reading against us is enough to lose `keyed` for good.
 */
export class EvidenceCollector {
  readonly #readback: Readback;
  readonly #selected: readonly string[];
  readonly #keyed = new Map<string, boolean>();
  readonly #levels: OutputLevel[] = [];

  constructor(readback: Readback, selected: readonly string[]) {
    this.#readback = readback;
    this.#selected = selected;
  }

  /** Takes a reading of all zones; returns what contradicts the order: a selected zone open, another one closed. */
  read(readings: readonly ZoneReading[]): readonly string[] {
    if (this.#readback === 'none') return [];
    const contradictions: string[] = [];
    for (const zone of this.#selected) {
      const reading = readings.find((each) => each.zone === zone);
      const closed = reading !== undefined && isClosed(reading);
      this.#keyed.set(zone, closed && this.#keyed.get(zone) !== false);
      if (!closed) contradictions.push(`${zone} is open`);
    }
    for (const reading of readings) {
      if (!this.#selected.includes(reading.zone) && isClosed(reading)) contradictions.push(`${reading.zone} is closed`);
    }
    return contradictions;
  }

  sensed(level: OutputLevel | undefined): void {
    if (level !== undefined) this.#levels.push(level);
  }

  get anyKeyed(): boolean {
    return this.#readback === 'none' || [...this.#keyed.values()].some(Boolean);
  }

  conclude(meter: Meter, playedSamples: number, ofSamples: number): Evidence {
    const zones = this.#selected.map((zone) => ({
      zone,
      readback: this.#readback,
      keyed: this.#readback === 'none' ? ('unknown' as const) : (this.#keyed.get(zone) ?? false),
    }));
    const loudest = this.#levels.reduce((max, { rmsDb }) => Math.max(max, rmsDb), SILENCE_DB);
    const sounded = playedSamples > 0 && loudest > AUDIBLE_DB;
    const keyed = zones.every((zone) => zone.keyed === true);
    const grade: Grade = sounded ? 'sounded' : playedSamples > 0 ? 'played' : keyed ? 'keyed' : 'received';
    return {
      grade: keyed || this.#readback === 'none' ? grade : 'received',
      zones,
      ...(playedSamples > 0 && {
        played: {
          ms: msOfSamples(playedSamples),
          ofMs: msOfSamples(ofSamples),
          rmsDb: meter.rmsDb,
          peakDb: meter.peakDb,
          silentMs: meter.silentMs,
        },
      }),
      ...(this.#levels.length > 0 && {
        sounded: {
          samples: this.#levels.length,
          rmsDb: loudest,
          peakDb: Math.max(...this.#levels.map((l) => l.peakDb)),
        },
      }),
    };
  }
}

/** A sensed contact outweighs what was commanded. */
const isClosed = (reading: ZoneReading): boolean => reading.sensed ?? reading.commanded;
