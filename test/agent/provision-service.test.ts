import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { systemClock } from '../../agent/clock/clock.ts';
import { controlAddress } from '../../agent/control/address.ts';
import { openControl } from '../../agent/control/server.ts';
import type { Status } from '../../agent/control/status.ts';
import { silentLog } from '../../agent/log.ts';
import { readFlags } from '../../agent/provision/flags.ts';
import { AgentRunsError } from '../../agent/provision/make-way.ts';
import { Interrupted } from '../../agent/provision/person.ts';
import { plainScreen } from '../../agent/provision/plain-screen.ts';
import { type ProvisionOptions, provision } from '../../agent/provision/provision.ts';
import { vietnamese } from '../../agent/provision/words-vi.ts';
import { accepted } from '../../protocol/refusal.ts';

const now = '2026-11-21T05:00:00.000Z';
const idle: Status = {
  ...{ station: 'dai-dong', name: 'Đài', software: 'loa-agent', now, clock: 'trusted', link: 'up', centre: 'online' },
  ...{
    stopped: false,
    policies: {},
    preferred: [],
    booked: [],
    daily: [],
    refused: [],
    totals: { booked: 0, daily: 0, refused: 0 },
    waitingReports: 0,
    recalling: false,
    alarms: [],
  },
};
const airing = {
  ...{ order: 'a', rev: 1, title: 'Bản tin', priority: 'routine' as const, occurrence: 'now', zones: ['thon-1'] },
  state: 'airing' as const,
};

/** A board without a controller, whose service does what is noted. */
async function bench(t: Test, status: Status | undefined, isService = true) {
  const state = await mkdtemp(join(tmpdir(), 'loa-provision-'));
  t.teardown(() => rm(state, { recursive: true, force: true }));
  const did: string[] = [];
  if (status !== undefined) {
    await mkdir(state, { recursive: true });
    const options = {
      stop: async () => {},
      prefer: async () => accepted(undefined),
      history: () => ({ airings: [], total: 0 }),
    };
    const control = await openControl({
      address: controlAddress(state),
      log: silentLog,
      status: async () => status,
      ...options,
    });
    t.teardown(() => control.close());
  }
  const ending = new AbortController();
  const options: ProvisionOptions = {
    flags: readFlags(
      ['--unattended', '--by', 'A', '--state', state, '--config', join(state, 'agent.toml')],
      vietnamese,
    ),
    ...{ person: undefined, screen: plainScreen(() => {}), words: vietnamese, clock: systemClock, log: silentLog },
    service: {
      possible: isService,
      active: async () => isService,
      stop: async () => void did.push('stop'),
      start: async () => void did.push('start'),
      install: async () => 'loa-agent.service',
    },
    explainService: String,
    runAgent: async () => ({ close: async () => {} }),
    listPorts: async () => [],
    ...{ synchronisation: async () => undefined, software: 'loa-agent', signal: ending.signal },
  };
  return { did, options, ending };
}

test('a station that runs is stopped for the tests, and runs again however they end', async (t) => {
  const failed = await bench(t, idle);
  t.equal((await provision(failed.options)).accepted, false, 'no controller');
  t.same(failed.did, ['stop', 'start']);

  const interrupted = await bench(t, idle);
  interrupted.ending.abort();
  await t.rejects(provision(interrupted.options), Interrupted);
  t.same(interrupted.did, ['stop', 'start']);

  const broken = await bench(t, idle);
  const listPorts = () => Promise.reject(new Error('no /dev'));
  await t.rejects(provision({ ...broken.options, listPorts }), /no \/dev/);
  t.same(broken.did, ['stop', 'start']);
});

test('what is on air is not cut for a test, nor a program that is nobody’s service', async (t) => {
  const onAir = await bench(t, { ...idle, onAir: airing });
  await t.rejects(provision(onAir.options), new AgentRunsError('on-air'));
  t.same(onAir.did, []);
  const byHand = await bench(t, idle, false);
  await t.rejects(provision(byHand.options), new AgentRunsError('not-a-service'));
  t.same(byHand.did, []);
});
