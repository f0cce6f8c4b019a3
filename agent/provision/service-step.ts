import type { Judge } from './judge.ts';
import type { Screen } from './person.ts';
import type { Finding } from './record.ts';
import type { ProvisionWords } from './words.ts';

/** The service that runs the station's program on this board. */
export interface Service {
  /** Whether systemd runs this machine. */
  readonly possible: boolean;
  active(): Promise<boolean>;
  stop(): Promise<void>;
  /** Starts what is installed, as it is configured now. */
  start(config: string): Promise<void>;
  /** Installs (again) and starts; gives the unit. Rejects with words of the system's own. */
  install(config: string): Promise<string>;
}

export interface ServiceStepOptions {
  readonly wanted: boolean;
  readonly config: string;
  readonly service: Service;
  readonly judge: Judge;
  readonly screen: Screen;
  readonly words: ProvisionWords;
  /** What an installer's error says to a technician. */
  readonly explain: (error: unknown) => string;
}

/** Installs and starts the service; whether it runs now. */
export async function serviceStep(options: ServiceStepOptions): Promise<boolean> {
  const { wanted, config, service, judge, screen, words, explain } = options;
  if (!wanted || !service.possible) {
    judge.note('service', { code: 'service-skipped', why: wanted ? 'no-systemd' : 'asked' });
    return false;
  }
  let runs = false;
  await judge.take('service', false, async (): Promise<Finding> => {
    screen.step(words.installing);
    try {
      const unit = await service.install(config);
      runs = true;
      return { code: 'service-ok', unit };
    } catch (error) {
      return { code: 'service-failed', detail: explain(error) };
    }
  });
  return runs;
}
